/** Binary frames: previews (types 1 and 4) and progress text (type 3). Integers are unsigned, 32-bit, big-endian. */
import { isJsonObject } from '@safelight/shared'
import type { HostMessage } from './host-message.ts'
import { parseLenientJson } from './json.ts'

const PREVIEW = 1
const TEXT = 3
const PREVIEW_WITH_METADATA = 4
const IMAGE_TYPES: Record<number, string> = { 1: 'image/jpeg', 2: 'image/png' }

/** Ids and a type: some hundred bytes. */
const MAX_METADATA_BYTES = 64 * 1024

/**
 * Whether it is a picture of what is being made, told from its first bytes: whoever has nobody to show it to need not
 * read any further.
 */
export function isPreview(frame: Uint8Array): boolean {
  if (frame.byteLength < 8) return false
  const type = new DataView(frame.buffer, frame.byteOffset).getUint32(0)
  return type === PREVIEW || type === PREVIEW_WITH_METADATA
}

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
  const metadata = parseMetadata(frame.subarray(8, imageStart))
  if (!isJsonObject(metadata)) return null
  const promptId = textOrNull(metadata['prompt_id'])
  const nodeId = textOrNull(metadata['node_id'])
  const displayNodeId = textOrNull(metadata['display_node_id'])
  if (promptId === undefined || nodeId === undefined || displayNodeId === undefined) return null
  const contentType = metadata['image_type'] === 'image/png' ? 'image/png' : 'image/jpeg'
  const data = frame.subarray(imageStart)
  return { type: 'preview', promptId, nodeId, displayNodeId, contentType, data }
}

function textOrNull(value: unknown): string | null | undefined {
  if (value === null || value === undefined) return null
  return typeof value === 'string' ? value : undefined
}

function parseMetadata(bytes: Uint8Array): unknown {
  try {
    return parseLenientJson(new TextDecoder().decode(bytes))
  } catch {
    return null
  }
}
