/** How much a socket still has to send: Socket.IO has no public word for it, Engine.IO keeps a list. */
import type { GatewaySocket } from './types.ts'

export function countQueuedPackets(socket: GatewaySocket): number {
  // private in the types only; a test would notice if it went away
  const buffer: unknown = Reflect.get(socket.conn, 'writeBuffer')
  return Array.isArray(buffer) ? buffer.length : 0
}
