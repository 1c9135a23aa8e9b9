import { parseExact, type Workflow, workflowSchema } from '@safelight/shared'
import { expect, it } from 'vitest'
import { createSigner, outputSignature } from './signature.ts'

const graph = (text: string): Workflow => workflowSchema.parse(parseExact(text))
const sign = (workflow: Workflow, nodeId: string, hashes: Record<string, string> = {}) =>
  createSigner(workflow, (id) => hashes[id] ?? null)(nodeId)

const seeded = (seed: string, prefix = 'a') =>
  graph(`{
    "1": {"class_type": "Noise", "inputs": {"seed": ${seed}, "size": 8}},
    "2": {"class_type": "Save", "inputs": {"prefix": "${prefix}", "images": ["1", 0]}}
  }`)

it('is the same wherever the same is made, whatever its nodes are called and how it is written', () => {
  const other = graph(`{
    "save": {"class_type": "Save", "inputs": {"images": ["n", 0], "prefix": "a"}, "_meta": {"title": "x"}},
    "n": {"inputs": {"size": 8, "seed": 7}, "class_type": "Noise"},
    "unrelated": {"class_type": "Noise", "inputs": {"seed": 9}}
  }`)
  expect(sign(other, 'save')).toBe(sign(seeded('7'), '2'))
})

it.each([
  ['a seed beyond what JavaScript counts', seeded('9007199254740993'), seeded('9007199254740992')],
  ['another value of the node', seeded('7'), seeded('7', 'b')],
  [
    'another slot',
    graph('{"1":{"class_type":"A","inputs":{}},"2":{"class_type":"Save","inputs":{"i":["1",0]}}}'),
    graph('{"1":{"class_type":"A","inputs":{}},"2":{"class_type":"Save","inputs":{"i":["1",1]}}}'),
  ],
])('differs with %s', (_, one, other) => {
  expect(sign(one, '2')).not.toBe(sign(other, '2'))
})

const loading = (id: string) =>
  graph(`{"1": {"class_type": "LoadImage", "inputs": {"image": [{"__type": "core/ASSET", "info": {"id": "${id}"}}]}},
    "2": {"class_type": "Save", "inputs": {"images": ["1", 0]}}}`)

it('knows references by their bytes, wherever they stand', () => {
  const hashes = { x: 'blake3:1', y: 'blake3:1', z: 'blake3:2' }
  expect(sign(loading('x'), '2', hashes)).toBe(sign(loading('y'), '2', hashes))
  expect(sign(loading('x'), '2', hashes)).not.toBe(sign(loading('z'), '2', hashes))
})

it('has no word for what hangs on nothing, or on itself', () => {
  const workflow = graph(`{
    "1": {"class_type": "Save", "inputs": {"images": ["gone", 0]}},
    "2": {"class_type": "A", "inputs": {"a": ["3", 0]}},
    "3": {"class_type": "A", "inputs": {"a": ["2", 0]}}
  }`)
  for (const id of ['1', '2', '3', 'none']) expect(sign(workflow, id)).toBeNull()
})

it('is done with a chain that is longer than the stack', () => {
  const nodes = Array.from({ length: 15_000 }, (_, n) => [
    String(n),
    { class_type: 'A', inputs: n === 0 ? {} : { a: [String(n - 1), 0] } },
  ])
  expect(sign(Object.fromEntries(nodes), '14999')).toMatch(/^[0-9a-f]{40}$/)
})

it('tells the files of a node, and those of two hosts, apart', () => {
  const file = { filename: 'a_1.png', subfolder: '', type: 'output' }
  const of = (hostId: string, filename = 'a_1.png') =>
    outputSignature('made', { hostId, file: { ...file, filename } })
  expect(new Set([of('h'), of('h', 'a_2.png'), of('i')]).size).toBe(3)
})
