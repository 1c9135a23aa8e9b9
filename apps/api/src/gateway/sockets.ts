/** The gateway's sockets: typed by the shared contract, and how much each still has to send. */
import type { ClientToServerEvents, ServerToClientEvents } from '@safelight/shared'
import type { DefaultEventsMap, Server, Socket } from 'socket.io'

export type Gateway = Server<
  ClientToServerEvents,
  ServerToClientEvents,
  DefaultEventsMap,
  Record<string, never>
>
export type GatewaySocket = Socket<
  ClientToServerEvents,
  ServerToClientEvents,
  DefaultEventsMap,
  Record<string, never>
>

/** Socket.IO has no public name for it; Engine.IO keeps a list. */
export function countQueuedPackets(socket: GatewaySocket): number {
  // private in the types only; a test would notice if it went away
  const buffer: unknown = Reflect.get(socket.conn, 'writeBuffer')
  return Array.isArray(buffer) ? buffer.length : 0
}
