/** A Redis of the test's own, for states that must not be put on a shared one: full, read-only. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createLogger } from '@safelight/runtime'
import { closeRedis, createRedis, whenReady } from '@safelight/store'
import { inject, type TestContext } from 'vitest'

const START_MS = 10_000

export async function startOwnRedis(skip: TestContext['skip']) {
  if (inject('redisKind') !== 'process') skip('this needs a redis-server that may be broken')
  const port = await freePort()
  const flags = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
  const child = spawn('redis-server', flags, { stdio: 'ignore' })
  const url = `redis://127.0.0.1:${port}`
  const redis = createRedis(url, 'worker', { log: createLogger({ level: 'silent', name: 'test' }) })
  await whenReady(redis, AbortSignal.timeout(START_MS))
  return {
    url,
    redis,
    async close() {
      await closeRedis(redis)
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
