/** Nodes that leave something behind: files, text, frames on the socket. */
import { setImmediate } from 'node:timers/promises'
import type { StoredFile, FolderType } from '../files/file-store.ts'
import type { PromptGraph } from '../graph/prompt-graph.ts'
import type { Picture } from '../picture/picture.ts'
import { encodePng } from '../picture/png.ts'
import { createPause, type Pause } from '../picture/slices.ts'
import { toPythonJson } from '../python-json.ts'
import { tempSuffix } from '../random.ts'
import { isRecord, type Json } from '../record.ts'
import { describeText } from './describe-value.ts'
import { filmOf } from './films.ts'
import * as input from './inputs.ts'
import { withMedia } from './media.ts'
import type { NodeDefinition, NodeContext, PreviewImage } from './node-class.ts'
import { firstPicture, readString, readValue } from './values.ts'

const SAVE_MS = 50

interface Saving {
  readonly prefix: string
  readonly type: FolderType
}

async function savePngs(
  pictures: readonly Picture[],
  context: NodeContext,
  { prefix, type }: Saving,
): Promise<StoredFile[]> {
  const items: StoredFile[] = []
  for (const picture of pictures) {
    await context.sleep(SAVE_MS)
    const { width, height } = picture
    const item = context.files.nextName({ prefix, extension: 'png', type, width, height })
    context.files.write(item, pngOf(picture, context))
    items.push(withMedia(context, item, { kind: 'image', width, height }))
  }
  return items
}

/** Paints when the file is read, maybe long after the prompt and its server's time have ended. */
function pngOf(picture: Picture, { graph, extraData }: NodeContext): () => Promise<Buffer> {
  const { original } = graph
  return async () => {
    const pause = createPause(setImmediate)
    return encodePng(await picture.draw(pause), pause, metadataOf(original, extraData))
  }
}

/** ComfyUI writes the whole graph, and what the page sent along, into every picture. */
function metadataOf(prompt: PromptGraph, extraData: Readonly<Json>): Record<string, string> {
  const texts: Record<string, string> = { prompt: toPythonJson(prompt) }
  const info = extraData['extra_pnginfo']
  if (isRecord(info)) {
    for (const [key, value] of Object.entries(info)) texts[key] = toPythonJson(value)
  }
  return texts
}

const saveImage: NodeDefinition = {
  name: 'SaveImage',
  displayName: 'Save Image',
  description: 'Saves the input images to your ComfyUI output directory.',
  category: 'image',
  inputs: {
    required: {
      images: ['IMAGE', { tooltip: 'The images to save.' }],
      filename_prefix: input.prefix,
    },
    hidden: input.savingHidden,
  },
  outputs: [],
  outputNode: true,
  async run(inputs, context) {
    const { pictures } = readValue(inputs, 'images', 'image')
    const prefix = readString(inputs, 'filename_prefix', 'ComfyUI')
    return { ui: { images: await savePngs(pictures, context, { prefix, type: 'output' }) } }
  },
}

const previewImage: NodeDefinition = {
  name: 'PreviewImage',
  displayName: 'Preview Image',
  description: 'Saves the input images to your ComfyUI output directory.',
  category: 'image',
  inputs: { required: { images: input.image }, hidden: input.savingHidden },
  outputs: [],
  outputNode: true,
  async run(inputs, context) {
    const { pictures } = readValue(inputs, 'images', 'image')
    const prefix = `ComfyUI${tempSuffix(context.random)}`
    return { ui: { images: await savePngs(pictures, context, { prefix, type: 'temp' }) } }
  },
}

async function pngPreview(picture: Picture, pause: Pause): Promise<PreviewImage> {
  return { format: 'png', bytes: await encodePng(await picture.draw(pause), pause) }
}

const saveImageWebsocket: NodeDefinition = {
  name: 'SaveImageWebsocket',
  category: 'api/image',
  module: 'custom_nodes.websocket_image_save',
  inputs: { required: { images: input.image } },
  outputs: [],
  outputNode: true,
  // The bar ends one short of its maximum: the real node counts from zero.
  async run(inputs, context) {
    const { pictures } = readValue(inputs, 'images', 'image')
    const bar = context.progressBar(pictures.length)
    for (const [index, picture] of pictures.entries()) {
      await context.sleep(SAVE_MS)
      bar.update(index, context.hasListener() ? await pngPreview(picture, context.pause) : null)
    }
    return {}
  },
}

/** As PNG a still first frame stands for the animation, as WebP always the same one. */
function animated(name: string, extension: 'png' | 'webp'): NodeDefinition {
  const required =
    extension === 'png'
      ? { compress_level: input.int(4, 0, 9) }
      : {
          lossless: ['BOOLEAN', { default: true }] as const,
          quality: input.int(80, 0, 100),
          method: [['default', 'fastest', 'slowest']] as const,
        }
  return {
    name,
    category: 'image/animation',
    inputs: {
      required: {
        images: input.image,
        filename_prefix: input.prefix,
        fps: ['FLOAT', { default: 6, min: 0.01, max: 1000, step: 0.01 }],
        ...required,
      },
      hidden: input.savingHidden,
    },
    outputs: [],
    outputNode: true,
    async run(inputs, context) {
      const picture = firstPicture(readValue(inputs, 'images', 'image'))
      await context.sleep(SAVE_MS)
      const { width, height } = picture
      const prefix = readString(inputs, 'filename_prefix', 'ComfyUI')
      const item = context.files.nextName({ prefix, extension, type: 'output', width, height })
      context.files.write(item, extension === 'png' ? pngOf(picture, context) : filmOf('webp'))
      const shown = withMedia(context, item, { kind: 'image', width, height })
      return { ui: { images: [shown], animated: [true] } }
    },
  }
}

const saveLatent: NodeDefinition = {
  name: 'SaveLatent',
  category: '_for_testing',
  inputs: {
    required: {
      samples: input.latent,
      filename_prefix: ['STRING', { default: 'latents/ComfyUI' }],
    },
    hidden: input.savingHidden,
  },
  outputs: [],
  outputNode: true,
  run(inputs, { files }) {
    const { width, height, batch } = readValue(inputs, 'samples', 'latent')
    const prefix = readString(inputs, 'filename_prefix', 'latents/ComfyUI')
    const item = files.nextName({ prefix, extension: 'latent', type: 'output', width, height })
    const shape = [batch, 4, Math.ceil(height / 8), Math.ceil(width / 8)]
    files.write(item, async () => latentFile(shape))
    return { ui: { latents: [item] } }
  },
}

/** A safetensors file of zeros: header length, header, data. */
function latentFile(shape: readonly number[]): Buffer {
  const data = Buffer.alloc(shape.reduce((product, side) => product * side, 4))
  const tensor = { dtype: 'F32', shape, data_offsets: [0, data.length] }
  const header = Buffer.from(JSON.stringify({ latent_tensor: tensor }))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(header.length))
  return Buffer.concat([length, header, data])
}

const previewAny: NodeDefinition = {
  name: 'PreviewAny',
  displayName: 'Preview Any',
  category: 'utils',
  inputs: { required: { source: input.any } },
  outputs: [],
  outputNode: true,
  run: (inputs) => ({ ui: { text: [describeText(inputs['source'])] } }),
}

export const SAVE_NODES: readonly NodeDefinition[] = [
  saveImage,
  previewImage,
  saveImageWebsocket,
  animated('SaveAnimatedPNG', 'png'),
  animated('SaveAnimatedWEBP', 'webp'),
  saveLatent,
  previewAny,
]
