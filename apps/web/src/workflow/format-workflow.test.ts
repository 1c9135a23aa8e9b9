import { expect, it } from 'vitest'
import { formatWorkflow } from './format-workflow.ts'

it('writes links on one line, and texts that look like links as they are', () => {
  const workflow = {
    '1': {
      class_type: 'A',
      inputs: { model: ['4:"x', 0], text: '[\n  "4",\n  0\n]', list: [1, 2] },
    },
  }
  const text = formatWorkflow(workflow)
  expect(text).toContain('"model": ["4:\\"x", 0],')
  expect(JSON.parse(text)).toEqual(workflow)
})
