/** The gateway's sockets, typed by the shared contract. */
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
