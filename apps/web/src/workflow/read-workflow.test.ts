import * as fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { findJsonError } from './find-json-error.ts'
import { formatWorkflow, readWorkflow } from './read-workflow.ts'

const graph = { '1': { class_type: 'EmptyImage', inputs: { width: 64, height: 64 } } }
const example = readFileSync(
  new URL('../../../../examples/text-to-image.json', import.meta.url),
  'utf8',
)

describe('reading a workflow', () => {
  it('takes the API-format graph, and bodies that carry one', () => {
    const expected = { ok: true, workflow: graph }
    expect(readWorkflow(JSON.stringify(graph))).toEqual(expected)
    expect(readWorkflow(JSON.stringify({ workflow: graph, priority: 3 }))).toEqual(expected)
    expect(readWorkflow(JSON.stringify({ prompt: graph, client_id: 'x' }))).toEqual(expected)
    const drawn = { nodes: [], links: [], version: 0.4 }
    expect(readWorkflow(JSON.stringify({ workflow: drawn, prompt: graph }))).toEqual(expected)
    expect(readWorkflow(`\uFEFF${JSON.stringify(graph)}`)).toEqual(expected)
    expect(readWorkflow(example)).toMatchObject({ ok: true })
  })

  it('takes whatever notes hosts take', () => {
    for (const meta of ['null', '{"title": null}', '{"title": 7}']) {
      const text = `{"1": {"class_type": "A", "inputs": {}, "_meta": ${meta}}}`
      expect(readWorkflow(text)).toMatchObject({ ok: true })
    }
  })

  it('keeps the digits of every number, also when it writes them, and nodes of any name', () => {
    const text =
      '{"__proto__":{"class_type":"A","inputs":{"seed":18446744073709551615,"cfg":7.0,"n":1e400}}}'
    const read = readWorkflow(text)
    expect(read.ok && formatWorkflow(read.workflow).replaceAll(/\s/g, '')).toBe(text)
  })

  it('keeps a node that happens to be called workflow', () => {
    const odd = { workflow: { class_type: 'EmptyImage', inputs: {} } }
    expect(readWorkflow(JSON.stringify(odd))).toEqual({ ok: true, workflow: odd })
  })

  it('explains the format of the editor and how to get the other one', () => {
    const saved = { last_node_id: 3, nodes: [{ id: 1, type: 'KSampler' }], links: [], version: 0.4 }
    expect(readWorkflow(JSON.stringify(saved))).toMatchObject({
      ok: false,
      title: 'This is the editor’s own format',
      explanation: expect.stringContaining('Export (API)'),
    })
  })

  it.each([
    ['', 'There is nothing in it'],
    ['  \n', 'There is nothing in it'],
    ['a cat on a roof', 'This is not a workflow'],
    ['[1, 2]', 'This is not a workflow'],
    ['null', 'This is not a workflow'],
    ['{"name": "safelight", "scripts": {}}', 'This is not a workflow'],
    ['{}', 'The workflow is empty'],
    ['{"1": {"class_type": "A", "inputs": {}}, "2": {"inputs": {}}}', 'Node 2 is not complete'],
    ['{"1": {"class_type": "A"}}', 'Node 1 is not complete'],
    ['{"1": {"class_type": "A", "inputs": {}, "_meta": 3}}', 'Node 1 is not complete'],
    ['['.repeat(9000), 'The JSON is broken in line 1'],
  ])('says of %j: %s', (text, title) => {
    const result = readWorkflow(text)
    expect(result).toMatchObject({ ok: false, title })
    expect(result).toHaveProperty('explanation', expect.stringMatching(/\S{3}/))
  })

  it.each([
    [
      '{\n  "1": {\n    "class_type": "A"\n    "inputs": {}\n  }\n}',
      'Line 4, column 5: Here should be a comma or the closing }, but there is "inputs"',
    ],
    ['{\n  "1": 2,\n}', 'Line 3, column 1: The comma before this } is one too many.'],
    [
      '{"1": {',
      'Line 1, column 8: The text ends in the middle: a name in double quotes is missing.',
    ],
    ["{'1': 2}", "Line 1, column 2: Here should be a name in double quotes, but there is '1'"],
    [
      '{"1": "a\nb"}',
      'Line 1, column 7: The text that begins here in double quotes has no proper end.',
    ],
    ['{"1": NaN}', 'Line 1, column 7: Here should be a value, but there is NaN'],
    ['{"1": 2} {', 'Line 1, column 10: The JSON is complete, yet { follows.'],
    [
      '{"1": 2',
      'Line 1, column 8: The text ends in the middle: a comma or the closing } is missing.',
    ],
    ['{"1": 2 // two\n}', 'Line 1, column 9: A comment begins here, and JSON has none.'],
    ['{"1" 2}', 'Line 1, column 6: Here should be a colon, but there is 2'],
    ['{"1": 2 two}', 'Line 1, column 9: What begins here is not JSON: two'],
  ])('says where %j is broken', (text, explanation) => {
    expect(readWorkflow(text)).toMatchObject({ ok: false, explanation })
  })

  it('finds a fault in exactly those texts that the engine refuses', () => {
    const damaged = fc
      .tuple(
        fc.json(),
        fc.nat(),
        fc.constantFrom('', ',', '"', '}', ']', '\\', '\u0001', '0', '-', ' '),
      )
      .map(([text, at, put]) => {
        const index = at % (text.length + 1)
        return text.slice(0, index) + put + text.slice(index + 1)
      })
    fc.assert(
      fc.property(fc.oneof(damaged, fc.json(), fc.string()), (text) => {
        expect(findJsonError(text) === null).toBe(parses(text))
      }),
      { numRuns: 2000 },
    )
  })
})

function parses(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

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
