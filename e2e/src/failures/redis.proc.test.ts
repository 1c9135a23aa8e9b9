/** Redis goes and comes back: a process of our own, with an append-only file. */
import { cp, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { tellNobody } from '@safelight/runtime'
import { jobPageSchema, jobViewSchema } from '@safelight/shared'
import { closeRedis, createRedis } from '@safelight/store'
import { findRedisServer, until } from '@safelight/testkit'
import { describe, expect, inject, it, type TestContext } from 'vitest'
import { endOf, submit, whenExecuting } from '../testing/client.ts'
import { type ClusterHereOptions, openClusterHere } from '../testing/cluster-here.ts'
import { outcomesOf } from '../testing/hosts.ts'
import { putJobsUnderWay } from '../testing/jobs-under-way.ts'
import { brief, slow } from '../testing/workflows.ts'

const binary = findRedisServer()
const why = binary ? '' : ' (skipped: no redis-server on the PATH)'
/** Under two seconds by itself, on a machine that does other things, too; whoever waited for Redis would wait for ever. */
const FAST_MS = 10_000

async function start(context: TestContext, options: Pick<ClusterHereOptions, 'workers'> = {}) {
  const redisOptions = { binary: binary ?? 'redis-server' }
  const cluster = await openClusterHere({ redis: redisOptions, speed: 1, ...options }, context)
  const { redis } = cluster
  if (!redis) throw new Error('no Redis of our own')
  return { cluster, redis, url: cluster.url }
}

/** How a submission is answered, and how fast. */
async function trySubmit(url: string) {
  const startedAt = performance.now()
  const answer = await fetch(`${url}/api/v2/jobs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ workflow: brief() }),
  })
  const job = jobViewSchema.safeParse(await answer.json())
  const ms = performance.now() - startedAt
  return { status: answer.status, ms, jobId: job.data?.id ?? null }
}

/** The job that was accepted first. */
const backAgain = (url: string) =>
  until(async () => (await trySubmit(url)).jobId, { what: 'the API takes jobs again' })

describe.skipIf(!binary && !inject('requireAll'))(
  `Redis restarts${why}`,
  { concurrent: true },
  () => {
    it.for(['SIGKILL', 'SIGTERM'] as const)(
      'loses nothing that was accepted (%s): waiting jobs run, the running one goes on, watchers see it to its end',
      async (signal, context) => {
        const { cluster, redis, url } = await start(context)
        const under = await putJobsUnderWay(url, { steps: 70, seconds: 0.2, waiting: 20 })
        await redis.kill(signal)
        await redis.ended()
        const refused = await trySubmit(url)
        expect(refused.status).toBe(503)
        expect(refused.ms).toBeLessThan(FAST_MS)
        await redis.start()
        const first = await backAgain(url)

        for (const id of [first, ...under.waiting])
          expect((await endOf(url, id)).status).toBe('succeeded')
        expect(await endOf(url, under.running)).toMatchObject({ status: 'succeeded', attempt: 1 })
        await under.expectWatchedToEnd()
        const outcomes = await outcomesOf(cluster.simulators)
        expect(new Set(outcomes)).toEqual(new Set(['success']))
        // each once
        const page = await fetch(`${url}/api/v2/jobs?limit=100`)
        const { jobs } = jobPageSchema.parse(await page.json())
        expect(outcomes).toHaveLength(jobs.length)
      },
    )

    it('looks for the prompt of a job whose beginning Redis has forgotten, before it posts it again', async (context) => {
      const { cluster, redis, url } = await start(context, { workers: 1 })
      const data = join(cluster.folder, 'redis-data')
      const [worker] = cluster.workers
      if (!worker) throw new Error('a worker was asked for')
      await worker.kill('SIGSTOP')
      const { id } = await submit(url, slow({ steps: 40, seconds: 0.2 }))
      await cp(data, `${data}-before`, { recursive: true })
      await worker.kill('SIGCONT')
      await whenExecuting(url, id)
      await redis.kill('SIGKILL')
      await redis.ended()
      await rm(data, { recursive: true })
      await rename(`${data}-before`, data)
      await redis.start()
      await backAgain(url)
      expect(await endOf(url, id)).toMatchObject({ status: 'succeeded', attempt: 1 })
      // and the one by which it was seen that the API is back
      expect(await outcomesOf(cluster.simulators)).toHaveLength(2)
    })

    it('answers 503 at once while Redis hangs, and goes on when it answers again', async (context) => {
      const { redis, url } = await start(context)
      const { id } = await submit(url, slow({ steps: 60, seconds: 0.2 }))
      await whenExecuting(url, id)
      await redis.kill('SIGSTOP')
      const refused = await trySubmit(url)
      expect(refused.status).toBe(503)
      expect(refused.ms).toBeLessThan(FAST_MS)
      await redis.kill('SIGCONT')
      await backAgain(url)
      expect(await endOf(url, id)).toMatchObject({ status: 'succeeded', attempt: 1 })
    })

    it('refuses new jobs with 503 when its memory is full, and keeps what it has', async (context) => {
      const { cluster, url } = await start(context)
      const { id } = await submit(url, slow({ steps: 40, seconds: 0.2 }))
      await whenExecuting(url, id)
      const redis = createRedis(cluster.redisUrl, 'worker', { emit: tellNobody })
      context.onTestFinished(() => closeRedis(redis))
      await redis.config('SET', 'maxmemory', '1mb')
      const refused = await trySubmit(url)
      expect(refused.status).toBe(503)
      await redis.config('SET', 'maxmemory', '0')
      await backAgain(url)
      expect(await endOf(url, id)).toMatchObject({ status: 'succeeded', attempt: 1 })
    })
  },
)
