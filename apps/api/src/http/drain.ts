/** Stopping without cutting anybody off mid-answer. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { Server as NetServer, type Socket } from 'node:net'
import type { Clock } from '@safelight/runtime'

export interface DrainOptions {
  clock: Clock
  /**
   * An idle connection may be about to ask: its first bytes can be on their way, and a client whose stream we have just
   * ended asks at once how the job stands, on the same connection.
   */
  lingerMs: number
}

/**
 * Prepares for the end; call before listening. The returned function refuses new connections, lets
 * every answer under way finish (at most so long) and closes each connection soon after it falls idle;
 * an answer that is still given on one says that it is the last.
 *
 * Node's own `close` ends idle connections in the middle of what may be on its way, and spares those that have not
 * sent a request yet; browsers open such ones in advance: they would hold the process for the whole timeout.
 */
export function prepareDrain(
  server: Server,
  { clock, lingerMs }: DrainOptions,
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
    if (draining) response.setHeader('Connection', 'close')
    response.once('close', () => {
      if (!answering.has(socket)) return
      answering.set(socket, (answering.get(socket) ?? 1) - 1)
      if (draining) endSoon(socket)
    })
  })

  function endSoon(socket: Socket): void {
    clock.after(lingerMs, () => {
      const count = answering.get(socket)
      if (count === null) socket.destroy()
      // what was written last may still be on its way: end, do not destroy
      if (count === 0) socket.end()
    })
  }

  return async function drain(timeoutMs) {
    draining = true
    const closed = new Promise<void>((resolve) => {
      NetServer.prototype.close.call(server, () => resolve())
    })
    for (const [socket, count] of answering) if (!count) endSoon(socket)
    const callOff = clock.after(timeoutMs, () => {
      for (const socket of answering.keys()) socket.destroy()
    })
    await closed
    callOff()
  }
}
