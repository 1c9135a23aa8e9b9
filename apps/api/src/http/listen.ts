/** Listening, and stopping without cutting anybody off mid-answer. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Clock } from '@safelight/runtime'

export function listen(server: Server, address: { host: string; port: number }): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(address.port, address.host, () => {
      server.off('error', reject)
      const bound = server.address()
      resolve(typeof bound === 'object' && bound ? bound.port : address.port)
    })
  })
}

export interface DrainOptions {
  clock: Clock
  /** A connection that has not asked yet may be about to: its first bytes can be on their way. */
  firstRequestMs: number
}

/**
 * Prepares for the end; call before listening. The returned function refuses new connections, lets
 * every answer under way finish (at most so long) and closes each connection as it falls idle.
 *
 * Node's own `closeIdleConnections` spares connections that have not sent a request yet, and
 * browsers open such ones in advance: they would hold the process for the whole timeout.
 */
export function prepareDrain(
  server: Server,
  { clock, firstRequestMs }: DrainOptions,
): (timeoutMs: number) => Promise<void> {
  /** Answers under way; null before the first request. */
  const answering = new Map<Socket, number | null>()
  let draining = false

  server.on('connection', (socket: Socket) => {
    answering.set(socket, null)
    socket.once('close', () => answering.delete(socket))
  })
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    answering.set(socket, (answering.get(socket) ?? 0) + 1)
    response.once('close', () => {
      const left = (answering.get(socket) ?? 1) - 1
      if (answering.has(socket)) answering.set(socket, left)
      // what was written last may still be on its way: end, do not destroy
      if (draining && left === 0) socket.end()
    })
  })

  function destroy(isMeant: (count: number | null) => boolean): void {
    for (const [socket, count] of answering) if (isMeant(count)) socket.destroy()
  }

  return async function drain(timeoutMs) {
    draining = true
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    destroy((count) => count === 0)
    const timers = [
      clock.after(firstRequestMs, () => destroy((count) => count === null)),
      clock.after(timeoutMs, () => destroy(() => true)),
    ]
    await closed
    for (const callOff of timers) callOff()
  }
}
