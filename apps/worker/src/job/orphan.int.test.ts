/** Prompts that are stopped where nobody has followed them. */
import { createHostClient, runPrompt } from '@safelight/comfyui'
import { withHost } from '@safelight/comfyui/testing'
import { expect, it } from 'vitest'
import { QUICK_TIMINGS } from '../testing/quick-timings.ts'
import { toWorkerTimings } from '../override-timings.ts'
import { stopPrompt } from './orphan.ts'

const save = { class_type: 'SaveImage', inputs: {} }
const made = (filename: string) => ({ images: [{ filename, subfolder: '', type: 'output' }] })

it('tells of what such a prompt made only what was asked for', async () => {
  const host = await withHost()
  host.history.set('p', {
    prompt: [0, 'p', {}, { client_id: 'p' }, ['1', '2']],
    outputs: { '1': made('asked.png'), '2': made('cached.png') },
    status: { status_str: 'success', completed: true, messages: [['execution_success', {}]] },
  })
  const options = {
    runPrompt,
    client: createHostClient(host.url),
    promptId: 'p',
    knownPromptId: 'p',
    timings: toWorkerTimings(QUICK_TIMINGS),
  }
  const asked = { workflow: { '1': save, '2': save }, targets: ['1'] }
  expect(await stopPrompt({ ...options, asked })).toMatchObject({
    outcome: 'succeeded',
    outputs: [{ filename: 'asked.png' }],
  })
  expect(await stopPrompt(options)).toMatchObject({ outputs: [{}, {}] })
})
