/** The nodes the traces were recorded with: steps on demand, failures on demand, odd outputs. */
import { createPreviews } from '../picture/preview.ts'
import { outOfMemory, PythonError } from '../python-error.ts'
import * as input from './inputs.ts'
import type { NodeDefinition } from './node-class.ts'
import { previewOf } from './sampler-nodes.ts'
import { readNumber, readString } from './values.ts'

const MODULE = 'custom_nodes.trace_nodes'

const traceSteps: NodeDefinition = {
  name: 'TraceSteps',
  category: 'trace',
  module: MODULE,
  inputs: {
    required: {
      image: input.image,
      steps: input.int(10, 1, 100_000),
      seconds: ['FLOAT', { default: 0.05, min: 0, max: 60, step: 0.0001 }],
    },
  },
  outputs: [{ type: 'IMAGE' }],
  async run(inputs, context) {
    const steps = readNumber(inputs, 'steps', 10)
    const bar = context.progressBar(steps)
    for (let step = 1; step <= steps; step++) {
      await context.sleep(readNumber(inputs, 'seconds') * 1000)
      context.throwIfInterrupted()
      bar.update(step)
    }
    return { outputs: [inputs['image']] }
  },
}

const traceRaise: NodeDefinition = {
  name: 'TraceRaise',
  category: 'trace',
  module: MODULE,
  inputs: { required: { image: input.image, kind: [['value_error', 'oom']] } },
  outputs: [{ type: 'IMAGE' }],
  run(inputs) {
    if (readString(inputs, 'kind') === 'oom') throw outOfMemory()
    throw new PythonError('ValueError', 'trace: this node always fails')
  },
}

const nanUi: NodeDefinition = {
  name: 'RNanUI',
  category: 'trace',
  module: MODULE,
  inputs: { required: {} },
  outputs: [],
  outputNode: true,
  run: () => ({ ui: { v: [Number.NaN] } }),
}

const spam: NodeDefinition = {
  name: 'RSpam',
  category: 'trace',
  module: MODULE,
  inputs: {
    required: {
      n: input.int(3, 0, 100_000),
      sleep: ['FLOAT', { default: 0.05 }],
      preview: input.int(0, 0, 4096),
      text: ['STRING', { default: '' }],
      busy: ['FLOAT', { default: 0 }],
    },
  },
  outputs: [],
  outputNode: true,
  async run(inputs, context) {
    const count = readNumber(inputs, 'n')
    const side = readNumber(inputs, 'preview')
    const text = readString(inputs, 'text')
    if (text !== '') context.sendText(text)
    const previews =
      side > 0
        ? createPreviews(
            context.scenes.picture({ text, seed: 1 }, { width: side, height: side }),
            1,
          )
        : null
    const bar = context.progressBar(count)
    for (let step = 1; step <= count; step++) {
      bar.update(step, await previewOf(context, previews, step / count))
      await context.sleep(readNumber(inputs, 'sleep') * 1000)
    }
    return { ui: { text: ['done', String(count)], num: [count] } }
  },
}

export const TRACE_NODES: readonly NodeDefinition[] = [traceSteps, traceRaise, nanUi, spam]
