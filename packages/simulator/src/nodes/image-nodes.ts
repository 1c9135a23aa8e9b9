/** Nodes that make and change images. */
import type { FileStore } from '../files/file-store.ts'
import { fromHex } from '../picture/color.ts'
import { invertedPicture, type Picture, resizedPicture, solidPicture } from '../picture/picture.ts'
import { readUpload } from '../picture/read-upload.ts'
import { PythonError } from '../python-error.ts'
import * as input from './inputs.ts'
import { inputFile } from './input-file.ts'
import type { NodeDefinition } from './node-class.ts'
import {
  firstPicture,
  type ImageValue,
  type MaskValue,
  readNumber,
  readString,
  readValue,
} from './values.ts'

function imageOf(pictures: ImageValue['pictures']): ImageValue {
  return { kind: 'image', pictures }
}

const emptyImage: NodeDefinition = {
  name: 'EmptyImage',
  category: 'image',
  inputs: {
    required: {
      width: input.int(512, 1, input.MAX_SIDE),
      height: input.int(512, 1, input.MAX_SIDE),
      batch_size: input.batchSize,
      color: ['INT', { default: 0, min: 0, max: 0xffffff, step: 1, display: 'color' }],
    },
  },
  outputs: [{ type: 'IMAGE' }],
  run(inputs) {
    const width = readNumber(inputs, 'width', 512)
    const height = readNumber(inputs, 'height', 512)
    const color = fromHex(readNumber(inputs, 'color'))
    const batch = readNumber(inputs, 'batch_size', 1)
    const pictures = Array.from({ length: batch }, () => solidPicture(width, height, color))
    return { outputs: [imageOf(pictures)] }
  },
}

const imageScale: NodeDefinition = {
  name: 'ImageScale',
  displayName: 'Upscale Image',
  category: 'image/upscaling',
  inputs: {
    required: {
      image: input.image,
      upscale_method: [['nearest-exact', 'bilinear', 'area', 'bicubic', 'lanczos']],
      width: input.int(512, 0, input.MAX_SIDE),
      height: input.int(512, 0, input.MAX_SIDE),
      crop: [['disabled', 'center']],
    },
  },
  outputs: [{ type: 'IMAGE' }],
  run(inputs) {
    const { pictures } = readValue(inputs, 'image', 'image')
    const width = readNumber(inputs, 'width')
    const height = readNumber(inputs, 'height')
    return {
      outputs: [
        imageOf(
          pictures.map((picture) => {
            // Zero means: keep the proportions. Both zero: leave it alone.
            const ratio = picture.width / picture.height
            const toWidth = width || Math.round(height * ratio) || picture.width
            const toHeight = height || Math.round(width / ratio) || picture.height
            return resizedPicture(picture, toWidth, toHeight)
          }),
        ),
      ],
    }
  },
}

const imageInvert: NodeDefinition = {
  name: 'ImageInvert',
  displayName: 'Invert Image',
  category: 'image',
  inputs: { required: { image: input.image } },
  outputs: [{ type: 'IMAGE' }],
  run: (inputs) => ({
    outputs: [imageOf(readValue(inputs, 'image', 'image').pictures.map(invertedPicture))],
  }),
}

const imageBatch: NodeDefinition = {
  name: 'ImageBatch',
  displayName: 'Batch Images',
  category: 'image',
  inputs: { required: { image1: input.image, image2: input.image } },
  outputs: [{ type: 'IMAGE' }],
  run(inputs) {
    const first = readValue(inputs, 'image1', 'image')
    const second = readValue(inputs, 'image2', 'image')
    const { width, height } = firstPicture(first)
    const resized = second.pictures.map((picture) => resizedPicture(picture, width, height))
    return { outputs: [imageOf([...first.pictures, ...resized])] }
  },
}

const solidMask: NodeDefinition = {
  name: 'SolidMask',
  category: 'mask',
  inputs: {
    required: {
      value: input.float(1, 0, 1),
      width: input.int(512, 1, input.MAX_SIDE),
      height: input.int(512, 1, input.MAX_SIDE),
    },
  },
  outputs: [{ type: 'MASK' }],
  run(inputs) {
    const mask: MaskValue = {
      kind: 'mask',
      value: readNumber(inputs, 'value', 1),
      width: readNumber(inputs, 'width', 512),
      height: readNumber(inputs, 'height', 512),
    }
    return { outputs: [mask] }
  },
}

async function loadPicture(files: FileStore, name: string): Promise<Picture> {
  const bytes = await files.read(inputFile(name))
  if (bytes) return readUpload(name, bytes)
  throw new PythonError('FileNotFoundError', `[Errno 2] No such file or directory: '${name}'`)
}

function maskOf({ width, height }: Picture): MaskValue {
  return { kind: 'mask', value: 0, width, height }
}

function imagesIn(files: FileStore): string[] {
  return files.list('input').filter((path) => !path.includes('/'))
}

const loadImage: NodeDefinition = {
  name: 'LoadImage',
  displayName: 'Load Image',
  category: 'image',
  inputs: ({ files }) => ({
    required: {
      image: [imagesIn(files), { image_upload: true }],
    },
  }),
  outputs: [{ type: 'IMAGE' }, { type: 'MASK' }],
  validates: {
    image: (value, { files }) =>
      files.has(inputFile(String(value))) ? null : `Invalid image file: ${String(value)}`,
  },
  fingerprint: (inputs, { files }) =>
    files.fingerprint(inputFile(readString(inputs, 'image'))) ?? '',
  async run(inputs, { files }) {
    const picture = await loadPicture(files, readString(inputs, 'image'))
    return { outputs: [imageOf([picture]), maskOf(picture)] }
  },
}

const loadImageMask: NodeDefinition = {
  ...loadImage,
  name: 'LoadImageMask',
  displayName: 'Load Image (as Mask)',
  category: 'mask',
  inputs: ({ files }) => ({
    required: {
      image: [imagesIn(files), { image_upload: true }],
      channel: [['alpha', 'red', 'green', 'blue']],
    },
  }),
  outputs: [{ type: 'MASK' }],
  async run(inputs, { files }) {
    return { outputs: [maskOf(await loadPicture(files, readString(inputs, 'image')))] }
  },
}

export const IMAGE_NODES: readonly NodeDefinition[] = [
  emptyImage,
  imageScale,
  imageInvert,
  imageBatch,
  solidMask,
  loadImage,
  loadImageMask,
]
