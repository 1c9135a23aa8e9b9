import { createLogger, systemClock, tellNobody } from '@safelight/runtime'
import { closeRedis, createRedis, whenReady } from '@safelight/store'
import { expect, inject, it, onTestFinished } from 'vitest'
import { createApi, loadApiConfig } from '../app.ts'
import { post, submitJob } from '../testing/http.ts'
import { WORKFLOW } from '../testing/play-worker.ts'
import { shareStack, type ApiStack } from '../testing/api-stack.ts'
import { withDeadline } from './deadline.ts'

let stack: ApiStack
shareStack((shared) => (stack = shared))

const LIMIT_MS = 1_000

/** The whole process stands still: no timer runs, and nothing that has arrived is read. */
function standStill(ms = LIMIT_MS + 200): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

it('a process that stood still for longer than the deadline does not take Redis for dead', async () => {
  let isWarm = false
  const log = createLogger({
    level: 'info',
    name: 'test',
    // in the middle of a submission: the job is accepted, and Redis is to be asked for more
    destination: {
      write: (line: string) => void (line.includes('job accepted') && isWarm && standStill()),
    },
  })
  const config = loadApiConfig({
    REDIS_URL: inject('redisUrl'),
    SAFELIGHT_NAMESPACE: stack.namespace,
    PORT: '0',
  })
  const timings = { requestDeadlineMs: LIMIT_MS, store: { redisCommandMs: LIMIT_MS } }
  const api = await createApi(config, { log, timings })
  onTestFinished(() => api.close())
  await submitJob(api.url, { priority: -1 })
  isWarm = true
  const response = await post(`${api.url}/api/v2/jobs`, { workflow: WORKFLOW })
  expect([response.status, await response.json()]).toMatchObject([201, { queue_position: 0 }])
})

it('a reply that came meanwhile is read before anybody gives up, and what follows it is waited for', async () => {
  const redis = createRedis(inject('redisUrl'), 'api', {
    emit: tellNobody,
    timings: { redisCommandMs: LIMIT_MS },
  })
  onTestFinished(() => closeRedis(redis))
  await whenReady(redis)
  const work = async () => {
    const pending = redis.ping()
    standStill()
    return [await pending, await redis.ping(), await redis.ping()]
  }
  const deadline = { clock: systemClock, ms: LIMIT_MS }
  expect(await withDeadline(work(), deadline)).toEqual(['PONG', 'PONG', 'PONG'])
})

it('a Redis that says nothing is given up all the same', async () => {
  const startedAt = performance.now()
  const never = new Promise<never>(() => undefined)
  const answer = withDeadline(never, { clock: systemClock, ms: LIMIT_MS })
  await expect(answer).rejects.toMatchObject({ code: 'unavailable' })
  // a timer counts from when the loop last looked at the clock, which may be a while before
  expect(performance.now() - startedAt).toBeGreaterThan(LIMIT_MS / 2)
})
