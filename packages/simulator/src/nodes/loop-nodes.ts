/** The testing pack's loops: each round is a copy of the loop's body, added while running. */
import { type DynamicGraph, inputsOf, isLink } from '../graph/prompt-graph.ts'
import { PythonError } from '../python-error.ts'
import type { Json } from '../record.ts'
import * as input from './inputs.ts'
import type { InputSpec, NodeDefinition, NodeContext, NodeResult } from './node-class.ts'
import { readNumber } from './values.ts'

const CATEGORY = 'Testing/Flow'
const MODULE = 'custom_nodes.testing-pack'
const SOCKETS = 5

const sockets = (from: number): number[] =>
  Array.from({ length: SOCKETS - from }, (_, index) => from + index)

const initialValues = (from: number, spec: InputSpec): Record<string, InputSpec> =>
  Object.fromEntries(sockets(from).map((socket) => [`initial_value${socket}`, spec]))

const anything = { type: '*' }
const flow = { type: 'FLOW_CONTROL' }

const whileOpen: NodeDefinition = {
  name: 'TestWhileLoopOpen',
  category: CATEGORY,
  module: MODULE,
  inputs: {
    required: { condition: ['BOOLEAN', { default: true }] },
    optional: initialValues(0, ['*']),
  },
  outputs: [flow, ...sockets(0).map(() => anything)],
  run: (inputs) => ({
    outputs: ['stub', ...sockets(0).map((socket) => inputs[`initial_value${socket}`] ?? null)],
  }),
}

const whileClose: NodeDefinition = {
  name: 'TestWhileLoopClose',
  category: CATEGORY,
  module: MODULE,
  inputs: {
    required: {
      flow_control: ['FLOW_CONTROL', { rawLink: true }],
      condition: ['BOOLEAN', { forceInput: true }],
    },
    optional: initialValues(0, ['*']),
    hidden: { dynprompt: 'DYNPROMPT', unique_id: 'UNIQUE_ID' },
  },
  outputs: sockets(0).map(() => anything),
  run(inputs, context) {
    if (!inputs['condition']) {
      return { outputs: sockets(0).map((socket) => inputs[`initial_value${socket}`] ?? null) }
    }
    return repeatBody(inputs, context)
  },
}

/** Copies every node between open and close; the copy of the close node is called Recurse. */
function repeatBody(inputs: Readonly<Json>, context: NodeContext): NodeResult {
  const { graph, nodeId } = context
  const open = inputs['flow_control']
  if (!isLink(open)) throw new PythonError('TypeError', 'flow_control must be a link')
  const body = new Set([...bodyBetween(graph, open[0], nodeId), nodeId, open[0]])
  const copyName = (id: string): string => (id === nodeId ? 'Recurse' : id)

  const builder = context.builder()
  for (const id of body) builder.node(graph.node(id).class_type, {}, copyName(id)).showAs(id)
  for (const id of body) {
    const copy = builder.find(copyName(id))
    for (const [name, value] of Object.entries(inputsOf(graph.node(id)))) {
      const isInside = isLink(value) && body.has(value[0])
      copy.set(name, isInside ? builder.find(copyName(value[0])).out(value[1]) : value)
    }
  }
  const newOpen = builder.find(copyName(open[0]))
  for (const name of Object.keys(initialValues(0, ['*']))) newOpen.set(name, inputs[name] ?? null)
  const again = builder.find('Recurse')
  return { outputs: sockets(0).map((socket) => again.out(socket)), expand: builder.finish() }
}

/** The nodes downstream of open and upstream of close, in the order ComfyUI finds them. */
function bodyBetween(graph: DynamicGraph, openId: string, closeId: string): string[] {
  const readers = new Map<string, string[]>()
  const explore = (nodeId: string): void => {
    for (const value of Object.values(inputsOf(graph.node(nodeId)))) {
      if (!isLink(value)) continue
      const known = readers.get(value[0])
      const list = known ?? []
      if (!known) {
        readers.set(value[0], list)
        explore(value[0])
      }
      list.push(nodeId)
    }
  }
  explore(closeId)

  const contained: string[] = []
  const collect = (nodeId: string): void => {
    for (const reader of readers.get(nodeId) ?? []) {
      if (contained.includes(reader)) continue
      contained.push(reader)
      collect(reader)
    }
  }
  collect(openId)
  return contained
}

const forOpen: NodeDefinition = {
  name: 'TestForLoopOpen',
  category: CATEGORY,
  module: MODULE,
  inputs: {
    required: { remaining: input.int(1, 0, 100_000) },
    optional: initialValues(1, ['*']),
    hidden: { initial_value0: '*' },
  },
  outputs: [flow, { type: 'INT' }, ...sockets(1).map(() => anything)],
  run(inputs, context) {
    const remaining = inputs['initial_value0'] ?? inputs['remaining']
    const values = sockets(1).map((socket) => inputs[`initial_value${socket}`] ?? null)
    const builder = context.builder()
    const named = values.map((value, index) => [`initial_value${index + 1}`, value])
    builder.node('TestWhileLoopOpen', {
      condition: remaining,
      initial_value0: remaining,
      ...Object.fromEntries(named),
    })
    return { outputs: ['stub', remaining, ...values], expand: builder.finish() }
  },
}

const forClose: NodeDefinition = {
  name: 'TestForLoopClose',
  category: CATEGORY,
  module: MODULE,
  inputs: {
    required: { flow_control: ['FLOW_CONTROL', { rawLink: true }] },
    optional: initialValues(1, ['*', { rawLink: true }]),
  },
  outputs: sockets(1).map(() => anything),
  run(inputs, context) {
    const open = inputs['flow_control']
    if (!isLink(open)) throw new PythonError('TypeError', 'flow_control must be a link')
    const builder = context.builder()
    const less = builder.node('TestIntMathOperation', {
      operation: 'subtract',
      a: [open[0], 1],
      b: 1,
    })
    const goOn = builder.node('TestToBoolNode', { value: less.out(0) })
    const named = sockets(1).map((socket) => [
      `initial_value${socket}`,
      inputs[`initial_value${socket}`],
    ])
    const close = builder.node('TestWhileLoopClose', {
      flow_control: open,
      condition: goOn.out(0),
      initial_value0: less.out(0),
      ...Object.fromEntries(named),
    })
    return { outputs: sockets(1).map((socket) => close.out(socket)), expand: builder.finish() }
  },
}

const intMath: NodeDefinition = {
  name: 'TestIntMathOperation',
  category: CATEGORY,
  module: MODULE,
  inputs: {
    required: {
      a: ['INT', { default: 0 }],
      b: ['INT', { default: 0 }],
      operation: [['add', 'subtract', 'multiply']],
    },
  },
  outputs: [{ type: 'INT' }],
  run(inputs) {
    const a = readNumber(inputs, 'a')
    const b = readNumber(inputs, 'b')
    const operation = inputs['operation']
    return { outputs: [operation === 'add' ? a + b : operation === 'subtract' ? a - b : a * b] }
  },
}

const toBool: NodeDefinition = {
  name: 'TestToBoolNode',
  category: CATEGORY,
  module: MODULE,
  inputs: { required: { value: ['*'] }, optional: { invert: ['BOOLEAN', { default: false }] } },
  outputs: [{ type: 'BOOLEAN' }],
  run: (inputs) => ({ outputs: [Boolean(inputs['value']) !== (inputs['invert'] === true)] }),
}

export const LOOP_NODES: readonly NodeDefinition[] = [
  whileOpen,
  whileClose,
  forOpen,
  forClose,
  intMath,
  toBool,
]
