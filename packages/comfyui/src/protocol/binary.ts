/** Binary frames: previews (types 1 and 4) and progress text (type 3). Integers are unsigned, 32-bit, big-endian. */
import { z } from 'zod'
import type { HostMessage } from './host-message.ts'
import { parseLenientJson } from './json.ts'

const PREVIEW = 1
const TEXT = 3
const PREVIEW_WITH_METADATA = 4
const IMAGE_TYPES: Record<number, string> = { 1: 'image/jpeg', 2: 'image/png' }

/** Ids and a type: some hundred bytes. */
const MAX_METADATA_BYTES = 64 * 1024

const optionalId = z
  .string()
  .nullish()
  .transform((value) => value ?? null)
const metadataSchema = z.looseObject({
  prompt_id: optionalId,
  node_id: optionalId,
  display_node_id: optionalId,
  image_type: z.enum(['image/jpeg', 'image/png']).catch('image/jpeg'),
})

/** @returns null when the frame is none of the types we know, or too short for its own lengths */
export function decodeFrame(frame: Uint8Array): HostMessage | null {
  if (frame.byteLength < 8) return null
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength)
  // the second word is the image format (type 1) or the length of what follows (types 3 and 4)
  const word = view.getUint32(4)
  switch (view.getUint32(0)) {
    case PREVIEW:
      return toPreview(frame.subarray(8), IMAGE_TYPES[word] ?? 'image/jpeg')
    case TEXT:
      return word > frame.byteLength - 8 ? null : toText(frame, 8 + word)
    case PREVIEW_WITH_METADATA:
      return word > frame.byteLength - 8 ? null : toPreviewWithMetadata(frame, 8 + word)
    default:
      return null
  }
}

function toPreview(data: Uint8Array, contentType: string): HostMessage {
  return { type: 'preview', promptId: null, nodeId: null, displayNodeId: null, contentType, data }
}

function toText(frame: Uint8Array, textStart: number): HostMessage {
  const utf8 = new TextDecoder()
  return {
    type: 'text',
    nodeId: utf8.decode(frame.subarray(8, textStart)),
    text: utf8.decode(frame.subarray(textStart)),
  }
}

function toPreviewWithMetadata(frame: Uint8Array, imageStart: number): HostMessage | null {
  if (imageStart - 8 > MAX_METADATA_BYTES) return null
  const metadata = metadataSchema.safeParse(parseMetadata(frame.subarray(8, imageStart)))
  if (!metadata.success) return null
  return {
    type: 'preview',
    promptId: metadata.data.prompt_id,
    nodeId: metadata.data.node_id,
    displayNodeId: metadata.data.display_node_id,
    contentType: metadata.data.image_type,
    data: frame.subarray(imageStart),
  }
}

function parseMetadata(bytes: Uint8Array): unknown {
  try {
    return parseLenientJson(new TextDecoder().decode(bytes))
  } catch {
    return null
  }
}
