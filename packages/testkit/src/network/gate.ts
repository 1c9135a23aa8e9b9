/** A way to a host that sees every request, and can hold one kind back: a worker can then be met at an exact moment. */
import { createServer, request as ask, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'

export interface Gate {
  url: string
  /** e.g. `POST /prompt`, in the order they came, held or not; none that open a socket. */
  requests: string[]
  /** Requests that begin like this, sockets among them (`GET /ws`), wait until `release`; whoever asked may be gone by then. */
  hold(start: string): void
  release(): void
  /** As if the host were off the net, until `reopen`. */
  shut(): void
  reopen(): void
  /** How many wait. */
  held(): number
  close(): Promise<void>
}

export async function openGate(target: string): Promise<Gate> {
  const { hostname, port } = new URL(target)
  const requests: string[] = []
  const sockets = new Set<Socket>()
  let holding: string | null = null
  let isShut = false
  let waiting: (() => void)[] = []

  function pass(incoming: IncomingMessage, answer: ServerResponse): void {
    const outgoing = ask(
      { hostname, port, method: incoming.method, path: incoming.url, headers: incoming.headers },
      (reply) => {
        answer.writeHead(reply.statusCode ?? 502, reply.headers)
        reply.pipe(answer)
      },
    )
    outgoing.on('error', () => answer.destroy())
    incoming.pipe(outgoing)
  }

  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }

  const server = createServer((incoming, answer) => {
    const name = `${incoming.method} ${incoming.url}`
    requests.push(name)
    if (holding === null || !name.startsWith(holding)) return pass(incoming, answer)
    // what a killed worker asked for never reaches the host
    waiting.push(() => (incoming.socket.destroyed ? undefined : pass(incoming, answer)))
  })
  function open(incoming: IncomingMessage, client: Duplex, head: Buffer): void {
    const host = connect(Number(port), hostname, () => {
      const headers = Object.entries(incoming.headers).map(
        ([key, value]) => `${key}: ${String(value)}`,
      )
      host.write([`GET ${incoming.url} HTTP/1.1`, ...headers, '', ''].join('\r\n'))
      host.write(head)
      host.pipe(client).pipe(host)
    })
    for (const end of [host, client]) end.on('error', () => undefined)
    host.on('close', () => client.destroy())
    client.on('close', () => host.destroy())
  }
  server.on('upgrade', (incoming, client, head) => {
    const name = `${incoming.method} ${incoming.url}`
    if (holding === null || !name.startsWith(holding)) return open(incoming, client, head)
    client.on('error', () => undefined)
    waiting.push(() => (client.destroyed ? undefined : open(incoming, client, head)))
  })
  server.on('connection', (socket) => {
    if (isShut) return socket.destroy()
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // a TCP server's address is an object
  const { port: ownPort } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${ownPort}`,
    requests,
    hold(start) {
      holding = start
    },
    release() {
      holding = null
      for (const go of waiting.splice(0)) go()
    },
    shut() {
      isShut = true
      cut()
    },
    reopen() {
      isShut = false
    },
    held: () => waiting.length,
    async close() {
      waiting = []
      cut()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
