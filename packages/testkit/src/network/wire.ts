/** A wire between a client and the API that a test can cut, plug in again, or close to WebSockets. */
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

export interface Wire {
  /** What the client is given instead of the API's own address. */
  readonly url: string
  /** Connections that were made through it so far, WebSockets that were turned away included. */
  readonly connections: { http: number; webSocket: number }
  /** Connections that are open now. */
  open(): number
  /** Ends every connection, and every new one until `plug`. */
  cut(): void
  plug(): void
  /** WebSockets are turned away from now on, as some proxies do; open ones are ended. */
  refuseWebSockets(refused: boolean): void
  /** The next answer to a request that begins so (e.g. `POST /api`) is lost: the request arrives. */
  loseAnswerTo(start: string): void
  close(): Promise<void>
}

export async function openWire(target: string): Promise<Wire> {
  const { hostname, port } = new URL(target)
  const open = new Map<Socket, { webSocket: boolean }>()
  const connections = { http: 0, webSocket: 0 }
  let whole = true
  let noWebSockets = false
  let lost: string | null = null

  const server = createServer((client) => {
    if (!whole) return client.destroy()
    open.set(client, { webSocket: false })
    client.on('error', () => undefined)
    client.once('close', () => open.delete(client))
    client.once('data', (head) => {
      const text = head.toString('latin1')
      const webSocket = /^upgrade: *websocket/im.test(text)
      connections[webSocket ? 'webSocket' : 'http'] += 1
      if (webSocket && noWebSockets) {
        client.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n')
        return
      }
      open.set(client, { webSocket })
      const upstream = connect(Number(port), hostname)
      upstream.on('error', () => client.destroy())
      client.once('close', () => upstream.destroy())
      upstream.once('close', () => client.destroy())
      upstream.write(head)
      client.pipe(upstream)
      if (lost !== null && text.startsWith(lost)) {
        lost = null
        upstream.once('data', () => client.destroy())
        return
      }
      upstream.pipe(client)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')

  function end(isMeant: (kind: { webSocket: boolean }) => boolean): void {
    for (const [socket, kind] of open) if (isMeant(kind)) socket.destroy()
  }

  return {
    url: `http://127.0.0.1:${address.port}`,
    connections,
    open: () => open.size,
    cut() {
      whole = false
      end(() => true)
    },
    plug() {
      whole = true
    },
    refuseWebSockets(refused) {
      noWebSockets = refused
      if (refused) end(({ webSocket }) => webSocket)
    },
    loseAnswerTo(start) {
      lost = start
    },
    async close() {
      whole = false
      end(() => true)
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
