/**
 * A message as it travels to any number of sockets, written once: Socket.IO's packet, and the same as WebSocket frames.
 *
 * The texts are Socket.IO's protocol, version 5 (2: an event, 5: one with binary parts), within Engine.IO's (4: a
 * message). A server's frames are not masked, so they are the same for everybody.
 */
import type { ServerToClientEvents } from '@safelight/shared'
import type { Preview } from '@safelight/store'

export interface Packet {
  /** As Engine.IO is given it, one message each. */
  readonly parts: readonly (string | Buffer)[]
  /** All parts as one piece of a WebSocket. */
  readonly frames: Buffer
}

type Name = Exclude<keyof ServerToClientEvents, 'preview'>

export function toPacket<N extends Name>(
  name: N,
  payload: Parameters<ServerToClientEvents[N]>[0],
): Packet {
  const text = `2${JSON.stringify([name, payload])}`
  return { parts: [text], frames: toTextFrame(text) }
}

export function toPreviewPacket(jobId: string, preview: Preview): Packet {
  const { nodeId, contentType } = preview
  const data = { _placeholder: true, num: 0 }
  const text = `51-${JSON.stringify(['preview', { jobId, nodeId, contentType, data }])}`
  const bytes = Buffer.from(preview.data)
  return {
    parts: [text, bytes],
    frames: Buffer.concat([toTextFrame(text), toFrame(BINARY, bytes)]),
  }
}

const TEXT = 1
const BINARY = 2
const WHOLE = 0x80

const toTextFrame = (text: string): Buffer => toFrame(TEXT, Buffer.from(`4${text}`))

/** RFC 6455, 5.2 */
function toFrame(kind: number, payload: Buffer): Buffer {
  const { length } = payload
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10)
  head[0] = WHOLE | kind
  if (head.length === 2) head[1] = length
  else if (head.length === 4) {
    head[1] = 126
    head.writeUInt16BE(length, 2)
  } else {
    head[1] = 127
    head.writeBigUInt64BE(BigInt(length), 2)
  }
  return Buffer.concat([head, payload])
}
