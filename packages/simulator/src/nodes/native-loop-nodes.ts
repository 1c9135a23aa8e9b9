/** ComfyUI's own loops, from about 0.37: READ, NOT RECORDED. Start Loop adds one copy of the body per iteration. */
import { randomUUID } from 'node:crypto'
import type { Json } from '../record.ts'
import * as input from './inputs.ts'
import { expandLoop } from './expand-loop.ts'
import type { InputSpec, NodeDefinition, NodeInputs } from './node-class.ts'
import { readNumber } from './values.ts'

const CATEGORY = 'utilities/looping'
const MODULE = 'comfy_extras.nodes_loop'

const MODES: Readonly<Record<string, NodeInputs>> = {
  simple: { required: { num_iterations: ['INT', { default: 4, min: 0 }] } },
  For: {
    required: {
      start_iteration_index: ['INT', { default: 0 }],
      max_iteration: ['INT', { default: 4 }],
      step: ['INT', { default: 1, min: 1 }],
    },
  },
  List: { required: { list: [input.MATCH_TYPE, {}] } },
}

const options = Object.entries(MODES).map(([key, inputs]) => ({ key, inputs }))
const matching = (id: string): InputSpec => [input.MATCH_TYPE, { template: { template_id: id } }]
/** Loops run again every time. */
const never = (): string => randomUUID()

const startLoop: NodeDefinition = {
  name: 'StartLoop',
  displayName: 'Start Loop',
  category: CATEGORY,
  module: MODULE,
  inputIsList: true,
  inputs: {
    required: {
      mode: ['COMFY_DYNAMICCOMBO_V3', { options }],
      cache_iterations: ['BOOLEAN', { default: false, advanced: true }],
    },
    optional: {
      parent_iteration: ['INT', { forceInput: true }],
      initial_iteration_value: matching('carried_value'),
    },
  },
  outputs: [
    { type: 'INT', name: 'iteration_index' },
    { type: 'BOOLEAN', name: 'is_first' },
    { type: 'BOOLEAN', name: 'is_last' },
    { type: input.MATCH_TYPE, name: 'list_item' },
    { type: input.MATCH_TYPE, name: 'current_iteration_value' },
  ],
  dynamicInputs(inputs) {
    const chosen = MODES[String(inputs['mode'])]?.required ?? {}
    const dotted = Object.entries(chosen).map(([name, spec]) => [`mode.${name}`, spec])
    return { required: Object.fromEntries(dotted) }
  },
  invalidDynamicInput: ({ mode }) =>
    mode === undefined || (typeof mode === 'string' && Object.hasOwn(MODES, mode)) ? null : 'mode',
  fingerprint: never,
  run(inputs, context) {
    const iterations = iterationsOf(inputs)
    context.broadcastText(context.nodeId, `Iteration 0 / ${iterations.length}`)
    const outputs = [null, false, iterations.length === 0, null, null]
    return { outputs, ...expandLoop(context, iterations) }
  },
}

function listOf(inputs: Readonly<Json>, name: string): readonly unknown[] {
  const list = inputs[name]
  return Array.isArray(list) ? list : []
}

/** Inputs are lists here, of one value each but for the list itself. */
function iterationsOf(inputs: Readonly<Json>): { index: number; item: unknown }[] {
  const number = (name: string, fallback: number): number =>
    readNumber({ value: listOf(inputs, `mode.${name}`)[0] }, 'value', fallback)
  switch (listOf(inputs, 'mode')[0]) {
    case 'List':
      return listOf(inputs, 'mode.list').map((item, index) => ({ index, item }))
    case 'For': {
      const start = number('start_iteration_index', 0)
      const step = Math.max(1, number('step', 1))
      const count = Math.max(0, Math.ceil((number('max_iteration', 4) - start) / step))
      return Array.from({ length: count }, (_, at) => ({ index: start + at * step, item: null }))
    }
    default:
      return Array.from({ length: number('num_iterations', 4) }, (_, index) => ({
        index,
        item: null,
      }))
  }
}

const endLoop: NodeDefinition = {
  name: 'EndLoop',
  displayName: 'End Loop',
  category: CATEGORY,
  module: MODULE,
  inputIsList: true,
  inputs: {
    required: { accumulate: ['BOOLEAN', { default: false }] },
    optional: {
      output_value: matching('output_value'),
      next_iteration_value: matching('carried_value'),
      terminations: ['COMFY_AUTOGROW_V3', { template: { prefix: 'termination', min: 0, max: 50 } }],
    },
  },
  outputs: [{ type: input.MATCH_TYPE, name: 'outputs', isList: true }],
  dynamicInputs(inputs) {
    const named = Object.keys(inputs).filter((name) => /^terminations\.termination\d+$/.test(name))
    return { optional: Object.fromEntries(named.map((name) => [name, input.any])) }
  },
  // The expansion has put links to the last iteration, or to all of them, in place of what was submitted.
  run(inputs) {
    const lists = Object.entries(inputs).flatMap(([name, list]) =>
      /^output\d+$/.test(name) ? [list] : [],
    )
    const [accumulates] = listOf(inputs, 'accumulate')
    const kept = accumulates ? lists : lists.slice(-1)
    return { outputs: [kept.flat()] }
  },
}

const loopIteration: NodeDefinition = {
  name: 'LoopIteration',
  category: CATEGORY,
  module: MODULE,
  inputIsList: true,
  inputs: {
    required: { iteration_index: ['INT'], is_first: ['BOOLEAN'], is_last: ['BOOLEAN'] },
    optional: { list_item: input.any, current_iteration_value: input.any },
  },
  outputs: [
    { type: 'INT' },
    { type: 'BOOLEAN' },
    { type: 'BOOLEAN' },
    { type: '*' },
    { type: '*', isList: true },
  ],
  fingerprint: never,
  run(inputs) {
    const first = (name: string): unknown => listOf(inputs, name)[0]
    const carried = inputs['current_iteration_value'] ?? null
    const flags = [first('iteration_index'), first('is_first'), first('is_last')]
    return { outputs: [...flags, first('list_item') ?? null, carried] }
  },
}

const loopProgress: NodeDefinition = {
  name: 'LoopProgress',
  category: CATEGORY,
  module: MODULE,
  inputs: { required: { start_id: ['STRING'], position: ['INT'], total: ['INT'] } },
  outputs: [{ type: 'INT' }],
  outputNode: true,
  fingerprint: never,
  run(inputs, context) {
    const position = readNumber(inputs, 'position')
    const text = `Iteration ${position} / ${readNumber(inputs, 'total')}`
    context.broadcastText(String(inputs['start_id']), text)
    return { outputs: [position] }
  },
}

/** Waits for the whole loop, and the end waits for it. */
const loopResult: NodeDefinition = {
  name: 'LoopResult',
  category: CATEGORY,
  module: MODULE,
  inputs: { required: { close_id: ['STRING'] } },
  outputs: [],
  outputNode: true,
  fingerprint: never,
  run: () => ({}),
}

export const NATIVE_LOOP_NODES: readonly NodeDefinition[] = [
  startLoop,
  endLoop,
  loopIteration,
  loopProgress,
  loopResult,
]
