/** The last resort: a Redis-compatible server inside this process. Keeps nothing, slow on large queues. */
import type { LaunchedRedis } from './launched-redis.ts'

export async function startRedisEmbedded(log: (line: string) => void): Promise<LaunchedRedis> {
  // loaded on demand: it brings a WebAssembly Lua that a real Redis makes unnecessary
  const { createRedisServer } = await import('js-redis-server')
  const server = await createRedisServer({ port: 0 })
  log('no Redis found: using an in-process one, for trying out only (nothing is kept)')
  let closing: Promise<void> | undefined
  return {
    url: `redis://127.0.0.1:${server.port}`,
    kind: 'embedded',
    close() {
      closing ??= server.close()
      return closing
    },
  }
}
