/** Pings a connection and gives it up when nothing answers: the host itself never pings. */
import { WebSocket } from 'ws'
import type { SocketTimings } from './timings.ts'

export interface Heartbeat {
  /** Anything that arrived counts as an answer. */
  alive(): void
  stop(): void
}

/** A pong proves the connection, not that the host still knows the clientId: history decides, not this. */
export function startHeartbeat(socket: WebSocket, timings: SocketTimings): Heartbeat {
  let unanswered = 0
  const alive = () => {
    unanswered = 0
  }
  const timer = setInterval(() => {
    if (socket.readyState !== WebSocket.OPEN) return
    if (unanswered >= timings.missedPings) return socket.terminate()
    unanswered += 1
    socket.ping()
  }, timings.pingMs)
  socket.on('pong', alive)
  return { alive, stop: () => clearInterval(timer) }
}
