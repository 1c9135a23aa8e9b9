import { readFileSync } from 'node:fs'
import type { Workflow } from '@safelight/shared'
import { describe, expect, it } from 'vitest'
import { parseNodeClasses } from '../client/node-classes.ts'
import { judgeInputs } from './check-inputs.ts'

/** What a real server answered to one changed input each. */
interface Recorded {
  classes: Record<string, unknown>
  workflow: Workflow
  cases: { node: string; input: string; value?: unknown; refused: string | null }[]
}
const recorded: Recorded = JSON.parse(
  readFileSync(new URL('../fixtures/values-0.3.64.json', import.meta.url), 'utf8'),
)
const classesOf = (info: Record<string, unknown>, checksCombos = true) =>
  parseNodeClasses(info, { checksCombos }) ?? {}

it.each(recorded.cases)('judges %j as a real server did', ({ node, input, refused, ...given }) => {
  const workflow = structuredClone(recorded.workflow)
  const inputs = workflow[node]?.inputs ?? {}
  if ('value' in given) inputs[input] = given.value
  else delete inputs[input]
  const { problems } = judgeInputs(workflow, classesOf(recorded.classes))
  const found = [...problems].map(([id, { errors }]) => [id, ...errors.map(({ type }) => type)])
  expect(found).toEqual(refused === null ? [] : [[node, refused]])
})

const info = (over: Record<string, unknown>, required: Record<string, unknown>, more = {}) => ({
  Node: { input: { required }, output: ['IMAGE'], python_module: 'nodes', ...over },
  Other: { output: ['LATENT', '*', 'INT,FLOAT'], python_module: 'nodes' },
  Save: {
    input: { required: { images: ['IMAGE'] } },
    output: [],
    output_node: true,
    python_module: 'nodes',
  },
  ...more,
})
const graph = (inputs: Record<string, unknown>): Workflow => ({
  '1': { class_type: 'Node', inputs },
  '2': { class_type: 'Other', inputs: {} },
  '3': { class_type: 'Save', inputs: { images: ['1', 0] } },
})
interface Differing {
  module?: string
  checksCombos?: boolean
}
const typesOf = (
  spec: unknown,
  value: unknown,
  { module = 'nodes', checksCombos = true }: Differing = {},
) => {
  const classes = classesOf(info({ python_module: module }, { x: spec }), checksCombos)
  const { problems } = judgeInputs(graph({ x: value }), classes)
  return [...(problems.get('1')?.errors ?? [])].map(({ type }) => type)
}
const CUSTOM = { module: 'custom_nodes.pack' }

describe('what only the host can know', () => {
  it.each<[what: string, spec: unknown, value: unknown, differing?: Differing]>([
    ['a range of a custom node, which may check it itself', ['INT', { min: 1 }], 0, CUSTOM],
    ['a list of a custom node', [['a', 'b']], 'c', CUSTOM],
    ['a type of a custom node, which may be equal to all', ['IMAGE'], ['2', 0], CUSTOM],
    ['a list that the page fetches from elsewhere', ['COMBO', { options: ['a'], remote: {} }], 'c'],
    ['a list of uploads', [['a.png'], { image_upload: true }], 'c.png'],
    ['a list of objects', [[{ a: 1 }]], 'c'],
    ['an empty list', [[]], 'c'],
    ['several of a list', ['COMBO', { options: ['a'], multiselect: true }], { __value__: ['c'] }],
    ['a type that matches any', ['IMAGE'], ['2', 1]],
    ['a type with one in common', ['FLOAT,STRING'], ['2', 2]],
    ['a slot whose type is no name', ['IMAGE'], ['2', 9]],
    ['an asset', ['INT'], { __type: 'core/ASSET', info: { id: 'x' } }],
    ['inputs that others take the place of', ['COMFY_AUTOGROW_V3', {}], 7],
  ])('is left to it: %s', (...[, spec, value, differing]) => {
    expect(typesOf(spec, value, differing)).toEqual([])
  })

  it('is left to it: a list of what is on a disk, and nothing in place of what may be absent', () => {
    const folders = classesOf(info({}, { folder: [['cats', 'dogs']] }))
    expect(judgeInputs(graph({ folder: 'birds' }), folders).good).toEqual(['3'])
    const optional = classesOf(info({ input: { optional: { x: ['INT'] } } }, {}))
    expect(judgeInputs(graph({ x: null }), optional).good).toEqual(['3'])
  })

  it('is whether a server of before 0.33 compares with the options of a COMBO: it does not', () => {
    const spec = ['COMBO', { options: ['a', 'b'] }]
    expect(typesOf(spec, 'c', { checksCombos: false })).toEqual([])
    expect(typesOf(spec, 'c')).toEqual(['value_not_in_list'])
  })

  it('is nothing of what Python itself refuses', () => {
    expect(typesOf(['INT'], 'abc', CUSTOM)).toEqual(['invalid_input_type'])
    expect(typesOf(['IMAGE'], ['2', 0, 1], CUSTOM)).toEqual(['bad_linked_input'])
  })
})

it.each([
  [7, ['custom_validation_failed']],
  [{}, ['custom_validation_failed']],
  [null, ['custom_validation_failed']],
  ['nowhere.png', []],
  [{ __value__: ['a.png'] }, []],
  [{ __type: 'core/ASSET', info: { id: 'x' } }, []],
])('takes no file for an upload that is called %j', (value, types) => {
  const spec = [['a.png'], { image_upload: true }]
  expect(typesOf(spec, value)).toEqual(types)
  expect(typesOf(spec, value, CUSTOM)).toEqual([])
})

describe('what is looked at', () => {
  const classes = classesOf(info({}, { x: ['INT', { min: 1 }] }))
  const two: Workflow = {
    ...graph({ x: 0 }),
    '4': { class_type: 'Node', inputs: { x: 1 } },
    '5': { class_type: 'Save', inputs: { images: ['4', 0] } },
  }

  it('is what an output needs, and an output without a fault runs', () => {
    const { good, outputs, problems } = judgeInputs(two, classes)
    expect({ good, outputs }).toEqual({ good: ['5'], outputs: ['3', '5'] })
    expect(problems.get('1')?.dependent_outputs).toEqual(['3'])
    const idle = { ...two, '6': { class_type: 'Node', inputs: {} } }
    expect([...judgeInputs(idle, classes).problems.keys()]).toEqual(['1'])
  })

  it('is what the outputs need that are asked for', () => {
    expect(judgeInputs(two, classes, ['3']).good).toEqual([])
    expect(judgeInputs(two, classes, ['5'])).toMatchObject({ good: ['5'], problems: new Map() })
    expect(judgeInputs(two, classes, ['1', 'x'])).toMatchObject({ outputs: [], good: [] })
  })

  it('is nothing behind an input that the class does not declare', () => {
    const workflow = graph({ x: 1, extra: ['4', 0] })
    workflow['4'] = { class_type: 'Node', inputs: { x: 0 } }
    expect(judgeInputs(workflow, classes).good).toEqual(['3'])
  })

  it('is nothing of a class of which only its shape is known', () => {
    const shapes = {
      Node: { output: false, outputs: 1, required: ['x'] },
      Save: { output: true, outputs: 0, required: ['images'] },
    }
    expect(judgeInputs(graph({}), shapes).good).toEqual(['3'])
  })
})

it('takes inputs and classes by names that every object has', () => {
  const text =
    '{"constructor": {"input": {"required": {"__proto__": ["INT"]}}, "output_node": true}}'
  const classes = classesOf(JSON.parse(text))
  const workflow: Workflow = { toString: { class_type: 'constructor', inputs: {} } }
  expect(judgeInputs(workflow, classes).problems.get('toString')?.errors).toMatchObject([
    { type: 'required_input_missing', details: '__proto__' },
  ])
})

it('finds its way through a graph of thousands of nodes that all have a fault', () => {
  const classes = classesOf(info({}, { x: ['INT', { min: 1 }], y: ['*'] }))
  const nodes = Array.from({ length: 2_000 }, (_, at) => [
    `n${at}`,
    { class_type: 'Node', inputs: { x: 0, y: [`n${at + 1}`, 0] } },
  ])
  const workflow: Workflow = {
    ...Object.fromEntries(nodes),
    n2000: { class_type: 'Node', inputs: { x: 1, y: 1 } },
    out: { class_type: 'Save', inputs: { images: ['n0', 0] } },
  }
  const { problems, good } = judgeInputs(workflow, classes)
  expect(good).toEqual([])
  expect(problems.size).toBe(2_000)
  expect(problems.get('n99')?.dependent_outputs).toEqual(['out'])
})
