/** What the WebSocket library hands over, as one buffer. */
import type { WebSocket } from 'ws'

export function toBuffer(data: WebSocket.RawData): Buffer {
  if (Buffer.isBuffer(data)) return data
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data)
}
