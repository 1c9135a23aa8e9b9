/** ComfyUI's own testing nodes: stubs, lists, lazy inputs, blockers, async sleeps, a cycle on demand. */
import { fromHex } from '../picture/color.ts'
import { mixedPicture, solidPicture } from '../picture/picture.ts'
import * as input from './inputs.ts'
import { ExecutionBlocker, type NodeDefinition } from './node-class.ts'
import {
  firstPicture,
  type ImageValue,
  isValue,
  type MaskValue,
  readNumber,
  readString,
  readValue,
} from './values.ts'

const CATEGORY = 'Testing/Nodes'
const MODULE = 'custom_nodes.testing-pack'
const BLACK = fromHex(0x000000)
const WHITE = fromHex(0xffffff)

const size = {
  height: input.int(512, 1, 1024 ** 3),
  width: input.int(512, 1, 1024 ** 3),
  batch_size: input.int(1, 1, 1024 ** 3),
}

const stubImage: NodeDefinition = {
  name: 'StubImage',
  category: CATEGORY,
  module: MODULE,
  inputs: { required: { content: [['WHITE', 'BLACK', 'NOISE']], ...size } },
  outputs: [{ type: 'IMAGE' }],
  run(inputs, context) {
    const width = readNumber(inputs, 'width', 512)
    const height = readNumber(inputs, 'height', 512)
    const content = readString(inputs, 'content')
    const picture = () =>
      content === 'NOISE'
        ? context.scenes.picture({ text: content, seed: width * height }, { width, height })
        : solidPicture(width, height, content === 'WHITE' ? WHITE : BLACK)
    const pictures = Array.from({ length: readNumber(inputs, 'batch_size', 1) }, picture)
    return { outputs: [{ kind: 'image', pictures } satisfies ImageValue] }
  },
}

const stubMask: NodeDefinition = {
  name: 'StubMask',
  category: CATEGORY,
  module: MODULE,
  inputs: { required: { value: input.float(0.5, 0, 1), ...size } },
  outputs: [{ type: 'MASK' }],
  run(inputs) {
    const mask: MaskValue = {
      kind: 'mask',
      value: readNumber(inputs, 'value'),
      width: readNumber(inputs, 'width'),
      height: readNumber(inputs, 'height'),
    }
    return { outputs: [mask] }
  },
}

const makeList: NodeDefinition = {
  name: 'TestMakeListNode',
  category: CATEGORY,
  module: MODULE,
  inputs: { required: { value1: ['*'] } },
  outputs: [{ type: '*', isList: true }],
  run: (inputs) => ({
    outputs: [
      Object.keys(inputs)
        .sort()
        .map((name) => inputs[name]),
    ],
  }),
}

const variadicAverage: NodeDefinition = {
  name: 'TestVariadicAverage',
  category: CATEGORY,
  module: MODULE,
  inputs: { required: { input1: input.image } },
  outputs: [{ type: 'IMAGE' }],
  run(inputs) {
    const images = Object.values(inputs).filter((value) => isValue(value, 'image'))
    const average = images
      .map(firstPicture)
      .reduce((sum, picture, index) => mixedPicture(sum, picture, 1 / (index + 1)))
    return { outputs: [{ kind: 'image', pictures: [average] } satisfies ImageValue] }
  },
}

const lazyMix: NodeDefinition = {
  name: 'TestLazyMixImages',
  category: CATEGORY,
  module: MODULE,
  inputs: {
    required: {
      image1: ['IMAGE', { lazy: true }],
      image2: ['IMAGE', { lazy: true }],
      mask: ['MASK'],
    },
  },
  outputs: [{ type: 'IMAGE' }],
  wanted(inputs) {
    const share = readValue(inputs, 'mask', 'mask').value
    const wanted: string[] = []
    if (!inputs['image1'] && share !== 1) wanted.push('image1')
    if (!inputs['image2'] && share !== 0) wanted.push('image2')
    return wanted
  },
  run(inputs) {
    const share = readValue(inputs, 'mask', 'mask').value
    if (share === 0) return { outputs: [inputs['image1']] }
    if (share === 1) return { outputs: [inputs['image2']] }
    const first = firstPicture(readValue(inputs, 'image1', 'image'))
    const second = firstPicture(readValue(inputs, 'image2', 'image'))
    const pictures = [mixedPicture(first, second, share)]
    return { outputs: [{ kind: 'image', pictures } satisfies ImageValue] }
  },
}

const blocker: NodeDefinition = {
  name: 'TestExecutionBlocker',
  category: CATEGORY,
  module: MODULE,
  inputs: {
    required: { input: ['*'], block: ['BOOLEAN'], verbose: ['BOOLEAN', { default: false }] },
  },
  outputs: [{ type: '*' }],
  run(inputs) {
    if (inputs['block'] !== true) return { outputs: [inputs['input']] }
    const message = inputs['verbose'] === true ? 'Blocked Execution' : null
    return { outputs: [new ExecutionBlocker(message)] }
  },
}

const dynamicCycle: NodeDefinition = {
  name: 'TestDynamicDependencyCycle',
  category: CATEGORY,
  module: MODULE,
  inputs: { required: { input1: input.image, input2: input.image } },
  outputs: [{ type: 'IMAGE' }],
  run(inputs, context) {
    const graph = context.builder()
    const mask = graph.node('StubMask', { value: 0.5, height: 512, width: 512, batch_size: 1 })
    const shared = { mask: mask.out(0) }
    const first = graph.node('TestLazyMixImages', { image1: inputs['input1'], ...shared })
    const second = graph.node('TestLazyMixImages', {
      image1: first.out(0),
      image2: inputs['input2'],
      ...shared,
    })
    first.set('image2', second.out(0))
    return { outputs: [second.out(0)], expand: graph.finish() }
  },
}

const SLEEP_TICK_SECONDS = 0.01

const testSleep: NodeDefinition = {
  name: 'TestSleep',
  category: CATEGORY,
  module: MODULE,
  async: true,
  inputs: {
    required: { value: input.any, seconds: input.float(1, 0, 9999) },
    hidden: { unique_id: 'UNIQUE_ID' },
  },
  outputs: [{ type: '*' }],
  async run(inputs, context) {
    const seconds = readNumber(inputs, 'seconds', 1)
    const bar = context.progressBar(seconds)
    for (let passed = 0; passed < seconds; passed += SLEEP_TICK_SECONDS) {
      bar.update(passed)
      await context.sleep(SLEEP_TICK_SECONDS * 1000)
    }
    bar.update(seconds)
    return { outputs: [inputs['value']] }
  },
}

const parallelSleep: NodeDefinition = {
  name: 'TestParallelSleep',
  category: CATEGORY,
  module: MODULE,
  inputs: {
    required: {
      image1: input.image,
      image2: input.image,
      image3: input.image,
      sleep1: input.float(0.4, 0, 9999),
      sleep2: input.float(0.5, 0, 9999),
      sleep3: input.float(0.6, 0, 9999),
    },
    hidden: { unique_id: 'UNIQUE_ID' },
  },
  outputs: [{ type: 'IMAGE' }],
  outputNode: true,
  run(inputs, context) {
    const graph = context.builder()
    const average = graph.node('TestVariadicAverage')
    for (const index of [1, 2, 3]) {
      const value = inputs[`image${index}`]
      const sleep = graph.node('TestSleep', { value, seconds: inputs[`sleep${index}`] })
      average.set(`input${index}`, sleep.out(0))
    }
    return { outputs: [average.out(0)], expand: graph.finish() }
  },
}

export const TESTING_NODES: readonly NodeDefinition[] = [
  stubImage,
  stubMask,
  makeList,
  variadicAverage,
  lazyMix,
  blocker,
  dynamicCycle,
]

/** Need a server that runs nodes side by side. */
export const ASYNC_TESTING_NODES: readonly NodeDefinition[] = [testSleep, parallelSleep]
