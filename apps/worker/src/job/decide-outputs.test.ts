/** What becomes of a job that has run, and whose outputs cannot be had. */
import type { PromptEnd } from '@safelight/comfyui'
import { expect, it } from 'vitest'
import { OutputMissing } from '../outputs/errors.ts'
import { decideAfterEnd, decideAfterError } from './decide-job.ts'

it('is never run again when it was heard to succeed and has vanished', () => {
  const vanished: PromptEnd = { outcome: 'vanished', promptId: 'p' }
  for (const stop of [null, 'cancel'] as const) {
    expect(decideAfterEnd(vanished, { stop })).toMatchObject({
      action: 'fail',
      error: { code: 'output_missing' },
    })
  }
  expect(decideAfterEnd(vanished, { stop: 'timeout' })).toMatchObject({
    error: { code: 'timeout' },
  })
})

it('names the files that are missing, and leaves the host its name', () => {
  const files = [{ node_id: '9', name: 'a.png', reason: 'refused' as const }]
  expect(
    decideAfterError(new OutputMissing('refused', 'no', { files }), {
      stop: null,
      storePauseMs: 1,
    }),
  ).toEqual({
    action: 'fail',
    error: {
      code: 'output_missing',
      message: 'no',
      node_id: '9',
      details: { missing: files },
    },
  })
})
