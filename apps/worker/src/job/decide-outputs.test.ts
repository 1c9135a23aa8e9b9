/** What becomes of a job that has run, and whose outputs cannot be had. */
import { BlobStoreFailed } from '@safelight/assets'
import { NotSubmitted, type PromptEnd } from '@safelight/comfyui'
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

it('waits for a blob store that is away, and runs nothing again for it; a cancel does not wait', () => {
  const away = new BlobStoreFailed('take bytes', new Error('reset'))
  const facts = { stop: null, storePauseMs: 1 }
  const later = { action: 'hand_back', delayMs: 1 }
  expect(decideAfterError(away, facts)).toEqual(later)
  // nor when the inputs could not be read from it
  expect(decideAfterError(new NotSubmitted(away), facts)).toEqual(later)
  expect(decideAfterError(away, { ...facts, stop: 'cancel' })).toMatchObject({ action: 'cancel' })
})
