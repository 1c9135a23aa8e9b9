import { expect, it } from 'vitest'
import { parseNodeClasses } from './node-classes.ts'
import { parseAccepted, parseRefusal } from './parse-submit.ts'

const problem =
  '{"class_type": "A", "dependent_outputs": [], "errors": [{"type": "t", "message": "m"}]}'
const problems = `{"__proto__": ${problem}, "constructor": ${problem}}`

it('tells what a host says of nodes whose names every object has', () => {
  const refusal = parseRefusal(
    JSON.parse(`{"error": {"type": "t", "message": "m"}, "node_errors": ${problems}}`),
  )
  expect(Object.keys(refusal?.nodeErrors ?? {})).toEqual(['__proto__', 'constructor'])
  const accepted = parseAccepted(JSON.parse(`{"prompt_id": "p", "node_errors": ${problems}}`))
  expect(Object.keys(accepted?.nodeErrors ?? {})).toEqual(['__proto__', 'constructor'])
})

it('knows classes by such names, and inputs', () => {
  const text =
    '{"__proto__": {"output": [1], "output_node": true, "input": {"required": {"__proto__": ["INT"]}}}}'
  expect(Object.entries(parseNodeClasses(JSON.parse(text), { checksCombos: true }) ?? {})).toEqual([
    ['__proto__', expect.objectContaining({ output: true, outputs: 1, required: ['__proto__'] })],
  ])
})
