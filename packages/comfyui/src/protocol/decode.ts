/** Frames from ComfyUI's socket → host messages. Never throws: what cannot be read is `unknown`. */
import { isJsonObject } from '@safelight/shared'
import { decodeFrame } from './binary.ts'
import type { HostMessage } from './host-message.ts'
import { parseLenientJson } from './json.ts'
import { TEXT_DECODERS } from './text-messages.ts'

/** Decodes one text frame. */
export function decodeText(text: string): HostMessage {
  const envelope = parseOrNull(text)
  const type = isJsonObject(envelope) ? envelope['type'] : null
  if (!isJsonObject(envelope) || typeof type !== 'string') {
    return { type: 'unknown', name: 'not a message' }
  }
  const decode = TEXT_DECODERS.get(type)
  if (!decode) return { type: 'unknown', name: type }
  return decode(envelope['data']) ?? { type: 'unknown', name: `${type} of another shape` }
}

/** Decodes one binary frame: big-endian u32 type, then the payload. */
export function decodeBinary(data: Uint8Array): HostMessage {
  return decodeFrame(data) ?? { type: 'unknown', name: `binary ${frameType(data)}` }
}

function frameType(data: Uint8Array): string {
  if (data.byteLength < 4) return 'too short'
  return String(new DataView(data.buffer, data.byteOffset).getUint32(0))
}

function parseOrNull(text: string): unknown {
  try {
    return parseLenientJson(text)
  } catch {
    return null
  }
}
