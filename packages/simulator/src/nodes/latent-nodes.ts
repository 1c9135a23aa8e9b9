/** Nodes between latents and images. */
import { solidPicture } from '../picture/picture.ts'
import * as input from './inputs.ts'
import type { NodeDefinition } from './node-class.ts'
import { firstPicture, type ImageValue, type LatentValue, readNumber, readValue } from './values.ts'

const DECODE_MS = 300
const GREY = [127, 127, 127] as const

function emptyLatent(name: string, displayName: string): NodeDefinition {
  return {
    name,
    displayName,
    category: 'latent',
    inputs: {
      required: {
        width: ['INT', { default: 512, min: 16, max: input.MAX_SIDE, step: 8 }],
        height: ['INT', { default: 512, min: 16, max: input.MAX_SIDE, step: 8 }],
        batch_size: input.batchSize,
      },
    },
    outputs: [{ type: 'LATENT', tooltip: 'The empty latent image batch.' }],
    run(inputs) {
      const empty: LatentValue = {
        kind: 'latent',
        width: readNumber(inputs, 'width', 512),
        height: readNumber(inputs, 'height', 512),
        batch: readNumber(inputs, 'batch_size', 1),
        pictures: null,
      }
      return { outputs: [empty] }
    },
  }
}

const vaeDecode: NodeDefinition = {
  name: 'VAEDecode',
  displayName: 'VAE Decode',
  description: 'Decodes latent images back into pixel space images.',
  category: 'latent',
  inputs: {
    required: {
      samples: ['LATENT', { tooltip: 'The latent to be decoded.' }],
      vae: ['VAE', { tooltip: 'The VAE model used for decoding the latent.' }],
    },
  },
  outputs: [{ type: 'IMAGE', tooltip: 'The decoded image.' }],
  async run(inputs, context) {
    const { width, height, batch, pictures } = readValue(inputs, 'samples', 'latent')
    readValue(inputs, 'vae', 'model')
    await context.sleep(DECODE_MS)
    const decoded: ImageValue = {
      kind: 'image',
      pictures: pictures ?? Array.from({ length: batch }, () => solidPicture(width, height, GREY)),
    }
    return { outputs: [decoded] }
  },
}

const vaeEncode: NodeDefinition = {
  name: 'VAEEncode',
  displayName: 'VAE Encode',
  category: 'latent',
  inputs: { required: { pixels: input.image, vae: ['VAE'] } },
  outputs: [{ type: 'LATENT' }],
  async run(inputs, context) {
    const pixels = readValue(inputs, 'pixels', 'image')
    readValue(inputs, 'vae', 'model')
    await context.sleep(DECODE_MS)
    const { width, height } = firstPicture(pixels)
    const encoded: LatentValue = {
      kind: 'latent',
      width,
      height,
      batch: pixels.pictures.length,
      pictures: pixels.pictures,
    }
    return { outputs: [encoded] }
  },
}

export const LATENT_NODES: readonly NodeDefinition[] = [
  emptyLatent('EmptyLatentImage', 'Empty Latent Image'),
  emptyLatent('EmptySD3LatentImage', 'EmptySD3LatentImage'),
  vaeDecode,
  vaeEncode,
]
