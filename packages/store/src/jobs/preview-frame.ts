/** A preview as bytes, for its key and its channel: length of the header, header JSON, image. */
import { z } from 'zod'
import type { Preview } from '../job-store.ts'

const LENGTH_BYTES = 4
const headerSchema = z.object({ nodeId: z.string().nullable(), contentType: z.string() })

export function encodePreview({ nodeId, contentType, data }: Preview): Buffer {
  const header = Buffer.from(JSON.stringify({ nodeId, contentType }))
  const length = Buffer.alloc(LENGTH_BYTES)
  length.writeUInt32BE(header.length)
  return Buffer.concat([length, header, data])
}

/** Null when the bytes are not a frame. */
export function decodePreview(frame: Buffer): Preview | null {
  if (frame.length < LENGTH_BYTES) return null
  const end = LENGTH_BYTES + frame.readUInt32BE()
  if (end > frame.length) return null
  try {
    const json: unknown = JSON.parse(frame.toString('utf8', LENGTH_BYTES, end))
    return { ...headerSchema.parse(json), data: new Uint8Array(frame.subarray(end)) }
  } catch {
    return null
  }
}
