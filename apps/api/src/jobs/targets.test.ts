import { submitRequestSchema, type Workflow } from '@safelight/shared'
import { expect, it } from 'vitest'
import { readTargets } from './targets.ts'

const CLASSES = {
  EmptyImage: { output: false, outputs: 1, required: [] },
  SaveImage: { output: true, outputs: 0, required: [] },
}
const workflow: Workflow = {
  '1': { class_type: 'EmptyImage', inputs: {} },
  '2': { class_type: 'SaveImage', inputs: { images: ['1', 0] } },
  '3': { class_type: 'SaveImage', inputs: { images: ['1', 0] } },
}
const read = (partial_execution_targets?: string[], classes: typeof CLASSES | null = CLASSES) => {
  const asked = partial_execution_targets ? { partial_execution_targets } : {}
  return readTargets({ workflow, ...asked }, workflow, classes)
}

it('reads each output once that is asked for, and nothing where all are', () => {
  expect(read(['3', '2', '3'])).toEqual(['3', '2'])
  expect(read()).toBeNull()
  // nobody knows yet what an output is
  expect(read(['1'], null)).toEqual(['1'])
})

it.each([
  ['nowhere', /node nowhere does not exist/],
  ['1', /node 1 is no output node/],
  ['__proto__', /does not exist/],
])('refuses %s, which is no output', (id, message) => {
  expect(() => read(['2', id])).toThrow(
    expect.objectContaining({
      code: 'invalid_workflow',
      message: expect.stringMatching(message),
      details: { node_errors: {}, type: 'prompt_no_outputs' },
    }),
  )
})

it.each([[[]], ['9'], [[9]], [['x'.repeat(300)]], [Array.from({ length: 101 }, () => '2')]])(
  'takes no list of outputs like %j',
  (partial_execution_targets) => {
    const { success } = submitRequestSchema.safeParse({ workflow, partial_execution_targets })
    expect(success).toBe(false)
  },
)
