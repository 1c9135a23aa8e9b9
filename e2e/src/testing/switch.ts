/** What stands before several API processes: each connection goes to one that is in service. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

interface Server {
  url: string
}

export interface Switch {
  url: string
  /** Gets no new connections from here on. */
  leave(server: Server): void
  join(server: Server): void
  close(): Promise<void>
}

export async function openSwitch(servers: readonly Server[]): Promise<Switch> {
  const inService = [...servers]
  const sockets = new Set<Socket>()
  let turn = 0

  const listener = createServer((client) => {
    turn += 1
    const chosen = inService[turn % inService.length]
    if (!chosen) return void client.destroy()
    const { hostname, port } = new URL(chosen.url)
    const server = connect(Number(port), hostname)
    for (const [end, other] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(end)
      end.on('error', () => other.destroy())
      end.once('close', () => {
        sockets.delete(end)
        other.destroy()
      })
      end.pipe(other)
    }
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  // a server's address is never the name of a pipe
  const { port } = listener.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    leave: (server) => void inService.splice(inService.indexOf(server), 1),
    join: (server) => void inService.push(server),
    async close() {
      for (const socket of sockets) socket.destroy()
      listener.close()
      await once(listener, 'close')
    },
  }
}
