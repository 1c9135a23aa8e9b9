/** ComfyUI's binary WebSocket frames: a big-endian type, then what that type carries. */
import { toPythonJson } from '../python-json.ts'

const PREVIEW_IMAGE = 1
const TEXT = 3
const PREVIEW_IMAGE_WITH_METADATA = 4

const JPEG = 1
const PNG = 2

export type PreviewFormat = 'jpeg' | 'png'

export interface PreviewImage {
  readonly format: PreviewFormat
  readonly bytes: Buffer
}

export function previewFrame(image: PreviewImage): Buffer {
  return Buffer.concat([uint32s(PREVIEW_IMAGE, image.format === 'jpeg' ? JPEG : PNG), image.bytes])
}

export function previewFrameWithMetadata(
  image: PreviewImage,
  metadata: Readonly<Record<string, unknown>>,
): Buffer {
  const json = Buffer.from(toPythonJson({ ...metadata, image_type: `image/${image.format}` }))
  return Buffer.concat([uint32s(PREVIEW_IMAGE_WITH_METADATA, json.length), json, image.bytes])
}

export function textFrame(nodeId: string, text: string): Buffer {
  const id = Buffer.from(nodeId)
  return Buffer.concat([uint32s(TEXT, id.length), id, Buffer.from(text)])
}

function uint32s(...values: number[]): Buffer {
  const buffer = Buffer.alloc(values.length * 4)
  values.forEach((value, index) => {
    buffer.writeUInt32BE(value, index * 4)
  })
  return buffer
}
