import type { Simulator } from '@safelight/simulator'
import { openRedisProxy } from '@safelight/testkit/vitest'
import { describe, expect, it } from 'vitest'
import { slow } from './testing/graphs.ts'
import { eachWithHost, type WorkerStack } from './testing/stack.ts'
import { startWorkerProcess, type WorkerProcess } from './testing/worker-process.ts'

let stack: WorkerStack
let host: Simulator
eachWithHost((opened) => ({ stack, host } = opened))

/** Only a Redis that is gone keeps it waiting, and not for long. */
async function goneAfterSigterm(worker: WorkerProcess): Promise<number | null> {
  worker.kill('SIGTERM')
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error(`still there: ${worker.log()}`)), 15_000).unref()
  })
  return await Promise.race([worker.gone, late])
}

describe('a worker that is told to stop while its Redis is away', () => {
  it.each(['refuse', 'swallow'] as const)(
    'is gone soon, with nothing in hand (Redis: %s)',
    async (how) => {
      const proxy = await openRedisProxy()
      const worker = await stack.startProcess([host.url], { REDIS_URL: proxy.url })
      proxy[how]()
      expect(await goneAfterSigterm(worker)).not.toBeNull()
      expect(worker.log()).toMatch(
        /"msg":"(stopped|stopped, but not cleanly|not closed in time: leaving)"/,
      )
    },
  )

  it('is gone when its drain time is over, and leaves the prompt to a successor', async () => {
    const proxy = await openRedisProxy()
    const worker = await stack.startProcess([host.url], {
      REDIS_URL: proxy.url,
      DRAIN_TIMEOUT: '200ms',
    })
    const jobId = await stack.submit(slow({ color: 1, steps: 12, seconds: 5 }))
    await stack.when(jobId, ({ phase }) => phase === 'executing')
    proxy.refuse()
    expect(await goneAfterSigterm(worker)).not.toBeNull()
    await stack.startWorker([host.url])
    expect(await stack.end(jobId)).toMatchObject({ status: 'succeeded', attempt: 1 })
    expect(host.executions()).toHaveLength(1)
  })

  it('is gone soon when it has never found one', async () => {
    const proxy = await openRedisProxy({ refuses: true })
    const env = { REDIS_URL: proxy.url, COMFYUI_HOSTS: host.url, SAFELIGHT_DATA_DIR: stack.dataDir }
    const worker = await startWorkerProcess(env, 'Redis is away')
    expect(await goneAfterSigterm(worker)).toBe(1)
    expect(worker.log()).toContain('not closed in time: leaving')
  })
})

it('closes in bounded time when its connections to Redis were cut a moment ago', async () => {
  const proxy = await openRedisProxy()
  const worker = await stack.startWorker([host.url], { env: { REDIS_URL: proxy.url } })
  const startedAt = performance.now()
  proxy.cut()
  await worker.close()
  expect(performance.now() - startedAt).toBeLessThan(10_000)
})
