/** Nodes that hold one value, and one of a partner. */
import { pythonFloat } from '../python-json.ts'
import { fromHex } from '../picture/color.ts'
import { solidPicture } from '../picture/picture.ts'
import { PythonNumber } from '../read-python-json.ts'
import * as input from './inputs.ts'
import type { InputSpec, NodeDefinition } from './node-class.ts'

const LARGEST = new PythonNumber('9223372036854775807')
const int: InputSpec = [
  'INT',
  { default: 0, min: new PythonNumber('-9223372036854775807'), max: LARGEST },
]

const primitiveInt: NodeDefinition = {
  name: 'PrimitiveInt',
  displayName: 'Int',
  category: 'utils/primitive',
  inputs: { required: { value: int } },
  outputs: [{ type: 'INT' }],
  run: (inputs) => ({ outputs: [inputs['value']] }),
}

const primitiveFloat: NodeDefinition = {
  name: 'PrimitiveFloat',
  displayName: 'Float',
  category: 'utils/primitive',
  inputs: { required: { value: ['FLOAT', { default: 0, step: 0.1 }] } },
  outputs: [{ type: 'FLOAT' }],
  // a float stays one, also when it is a whole number
  run: (inputs) => ({ outputs: [new PythonNumber(pythonFloat(Number(inputs['value'])))] }),
}

const randomNoise: NodeDefinition = {
  name: 'RandomNoise',
  category: 'sampling/custom_sampling/noise',
  inputs: { required: { noise_seed: input.seed } },
  outputs: [{ type: 'NOISE' }],
  run: () => ({ outputs: [{ kind: 'noise' }] }),
}

/** A node whose picture a service of others makes, for a key: here it is only painted. */
const partnerImage: NodeDefinition = {
  name: 'GeminiImage2Node',
  displayName: 'Nano Banana Pro (Google Gemini Image)',
  category: 'api node/image/Gemini',
  inputs: {
    required: {
      prompt: ['STRING', { multiline: true, default: '' }],
      model: [['gemini-3-pro-image-preview'], {}],
      seed: input.seed,
      aspect_ratio: [['auto', '1:1', '16:9'], {}],
      resolution: [['1K', '2K', '4K'], {}],
      response_modalities: [['IMAGE+TEXT', 'IMAGE'], {}],
    },
    hidden: { api_key_comfy_org: 'API_KEY_COMFY_ORG', unique_id: 'UNIQUE_ID' },
  },
  outputs: [{ type: 'IMAGE' }, { type: 'STRING' }],
  run() {
    const pictures = [solidPicture(SIDE, SIDE, fromHex(0xe0c060))]
    return { outputs: [{ kind: 'image', pictures }, ''] }
  },
}

const SIDE = 64

export const PRIMITIVE_NODES: readonly NodeDefinition[] = [
  primitiveInt,
  primitiveFloat,
  randomNoise,
  partnerImage,
]
