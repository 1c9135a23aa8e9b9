import type { Workflow } from '@safelight/shared'
import { expect, it } from 'vitest'
import { keepAskedFor } from './to-end.ts'

const workflow: Workflow = {
  '1': { class_type: 'EmptyImage', inputs: {} },
  '2': { class_type: 'PreviewImage', inputs: { images: ['1', 0] } },
  '3': { class_type: 'SaveImage', inputs: { images: ['2', 0] } },
  '4': { class_type: 'SaveImage', inputs: { images: ['1', 0] } },
}
const file = (node_id: string) => ({ node_id, filename: 'a.png', subfolder: '', type: 'output' })
const text = (node_id: string) => ({ node_id, runtime_id: node_id, index: 0, text: 'a' })

/** As a real 0.3.64 does: node 4 was made for an earlier prompt. */
const end = {
  outcome: 'succeeded' as const,
  promptId: 'p',
  outputs: ['2', '3', '4'].map(file),
  texts: ['3', '4'].map(text),
}

it('leaves out what a host has in its cache of outputs that were not asked for', () => {
  expect(keepAskedFor(end, { workflow, targets: ['3'] })).toEqual({
    ...end,
    outputs: ['2', '3'].map(file),
    texts: [text('3')],
  })
  expect(keepAskedFor(end, { workflow })).toBe(end)
  const lost = { outcome: 'lost' as const, promptId: 'p' }
  expect(keepAskedFor(lost, { workflow, targets: ['3'] })).toBe(lost)
})
