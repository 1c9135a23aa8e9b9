/** A TCP proxy before Redis that can cut every connection, refuse new ones, and swallow or hold what is said. */
import { createServer, type Socket, connect as dial } from 'node:net'

export type RedisProxy = Awaited<ReturnType<typeof startRedisProxy>>

export async function startRedisProxy(redisUrl: string) {
  const target = new URL(redisUrl)
  const open = new Set<Socket>()
  let mode: 'pass' | 'refuse' | 'swallow' | 'mute' | 'hold' = 'pass'
  const held: (() => void)[] = []
  let cue: string | null = null

  const passesAnswers = () => mode !== 'swallow' && mode !== 'mute'

  const server = createServer((client) => {
    if (mode === 'refuse') return void client.destroy()
    const upstream = dial(Number(target.port || 6379), target.hostname)
    client.on('data', (chunk: Buffer) => {
      if (cue === null || !chunk.includes(cue)) return
      cue = null
      mode = 'mute'
    })
    upstream.on('data', (chunk: Buffer) => passesAnswers() && client.write(chunk))
    client.on('data', (chunk: Buffer) => {
      if (mode === 'hold') held.push(() => upstream.write(chunk))
      else if (mode !== 'swallow') upstream.write(chunk)
    })
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(from)
      from.on('error', () => undefined)
      from.on('close', () => {
        open.delete(from)
        to.destroy()
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const cut = () => {
    for (const socket of open) socket.destroy()
  }
  return {
    url: `redis://127.0.0.1:${port}${target.pathname}`,
    /** Drops every connection; new ones are served. */
    cut,
    /** Redis is gone until `restore`. */
    refuse() {
      mode = 'refuse'
      cut()
    },
    /** Redis is there, but hears nothing and says nothing. */
    swallow() {
      mode = 'swallow'
    },
    /** Redis does what it is told, and is not heard until `release`. */
    mute() {
      mode = 'mute'
    },
    /** Redis hears nothing until `release`, and then all of it. */
    hold() {
      mode = 'hold'
    },
    release() {
      mode = 'pass'
      for (const say of held.splice(0)) say()
    },
    /** Redis does what it is told by the command with this text, and is not heard from then on. */
    muteAt(text: string) {
      cue = text
    },
    restore() {
      const misses = !passesAnswers()
      cue = null
      mode = 'pass'
      // what was swallowed is missing in the middle of the protocol: start over
      if (misses) cut()
    },
    async close() {
      cut()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
