/**
 * How many connections a server holds, and for how long those that say nothing. At the bound the one gives way that has
 * asked for nothing for the longest time: whoever only opens connections keeps no prober out, and a process that
 * answers no prober would be started anew.
 */
import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/** For a whole request to be sent. */
const REQUEST_MS = 10_000
/** Without a byte either way: also whoever does not read what he asked for. */
const SILENT_MS = 30_000

export function boundConnections(server: Server, max: number): void {
  // in the order in which they fell silent
  const silent = new Set<Socket>()
  let open = 0
  server.headersTimeout = REQUEST_MS
  server.requestTimeout = REQUEST_MS
  server.timeout = SILENT_MS
  server.on('connection', (socket) => {
    open += 1
    silent.add(socket)
    socket.once('close', () => {
      open -= 1
      silent.delete(socket)
    })
    if (open <= max) return
    const [oldest = socket] = silent
    silent.delete(oldest)
    oldest.destroy()
  })
  server.on('request', ({ socket }, response) => {
    silent.delete(socket)
    response.once('close', () => {
      if (!socket.destroyed) silent.add(socket)
    })
  })
}
