/** Nodes that put pictures in a row and save a film, which is always the same. */
import { filmOf } from './films.ts'
import * as input from './inputs.ts'
import { filmMedia, withMedia } from './media.ts'
import type { NodeDefinition } from './node-class.ts'
import { firstPicture, readNumber, readString, readValue, type VideoValue } from './values.ts'

const ENCODE_FRAME_MS = 20

const saveWebm: NodeDefinition = {
  name: 'SaveWEBM',
  category: 'image/video',
  module: 'comfy_extras.nodes_video',
  inputs: {
    required: {
      images: input.image,
      filename_prefix: input.prefix,
      codec: [['vp9', 'av1']],
      fps: ['FLOAT', { default: 24, min: 0.01, max: 1000, step: 0.01 }],
      crf: ['FLOAT', { default: 32, min: 0, max: 63, step: 1 }],
    },
    hidden: input.savingHidden,
  },
  outputs: [],
  outputNode: true,
  async run(inputs, context) {
    const { pictures } = readValue(inputs, 'images', 'image')
    const { width, height } = firstPicture({ pictures })
    await context.sleep(ENCODE_FRAME_MS * pictures.length)
    const prefix = readString(inputs, 'filename_prefix', 'ComfyUI')
    const item = context.files.nextName({
      prefix,
      extension: 'webm',
      type: 'output',
      width,
      height,
    })
    context.files.write(item, filmOf('webm'))
    const fps = readNumber(inputs, 'fps', 24)
    const film = filmMedia({ width, height, frames: pictures.length, fps })
    return { ui: { images: [withMedia(context, item, film)], animated: [true] } }
  },
}

const createVideo: NodeDefinition = {
  name: 'CreateVideo',
  displayName: 'Create Video',
  category: 'image/video',
  module: 'comfy_extras.nodes_video',
  inputs: {
    required: {
      images: input.image,
      fps: ['FLOAT', { default: 30, min: 1, max: 120, step: 1 }],
    },
    optional: { audio: ['AUDIO'] },
  },
  outputs: [{ type: 'VIDEO' }],
  run(inputs) {
    const { pictures } = readValue(inputs, 'images', 'image')
    const video: VideoValue = { kind: 'video', pictures, fps: readNumber(inputs, 'fps', 30) }
    return { outputs: [video] }
  },
}

const saveVideo: NodeDefinition = {
  name: 'SaveVideo',
  displayName: 'Save Video',
  category: 'image/video',
  module: 'comfy_extras.nodes_video',
  inputs: {
    required: {
      video: ['VIDEO'],
      filename_prefix: ['STRING', { default: 'video/ComfyUI' }],
      format: [['auto', 'mp4']],
      codec: [['auto', 'h264']],
    },
    hidden: input.savingHidden,
  },
  outputs: [],
  outputNode: true,
  async run(inputs, context) {
    const { pictures, fps } = readValue(inputs, 'video', 'video')
    const { width, height } = firstPicture({ pictures })
    await context.sleep(ENCODE_FRAME_MS * pictures.length)
    const prefix = readString(inputs, 'filename_prefix', 'video/ComfyUI')
    const item = context.files.nextName({ prefix, extension: 'mp4', type: 'output', width, height })
    context.files.write(item, filmOf('mp4'))
    const film = filmMedia({ width, height, frames: pictures.length, fps })
    return { ui: { images: [withMedia(context, item, film)], animated: [true] } }
  },
}

const primitiveString: NodeDefinition = {
  name: 'PrimitiveString',
  displayName: 'String',
  category: 'utils/primitive',
  module: 'comfy_extras.nodes_primitive',
  inputs: { required: { value: ['STRING', {}] } },
  outputs: [{ type: 'STRING' }],
  run: (inputs) => ({ outputs: [readString(inputs, 'value')] }),
}

export const VIDEO_NODES: readonly NodeDefinition[] = [
  saveWebm,
  createVideo,
  saveVideo,
  primitiveString,
]
