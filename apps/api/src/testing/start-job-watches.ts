/** Job watches with their own connections, through a proxy that can fail, and what writes to the jobs. */
import { randomUUID } from 'node:crypto'
import { systemClock, tellNobody } from '@safelight/runtime'
import type { JobEventBody, Snapshot } from '@safelight/shared'
import {
  closeRedis,
  createJobStore,
  createKeys,
  createRedis,
  decodePreview,
  type JobStore,
  whenReady,
} from '@safelight/store'
import { startRedisProxy } from '@safelight/testkit'
import { newJob, openTestBed } from '@safelight/testkit/vitest'
import { inject, onTestFinished } from 'vitest'
import { type ApiTimingOverrides, createTimings } from '../timings.ts'
import { createJobWatches } from '../watch/job-watches.ts'
import { progressed, RUNNING, SUCCEEDED, WORKFLOW } from './play-worker.ts'

export async function startJobWatches(timings: ApiTimingOverrides = {}) {
  const bed = await openTestBed()
  onTestFinished(() => bed.close())
  const { scope, keys, redis: direct, store } = bed
  const proxy = await startRedisProxy(inject('redisUrl'))
  scope.defer(() => proxy.close())
  const open = (url: string, role: 'api' | 'subscriber') => {
    const redis = createRedis(url, role, { emit: tellNobody, timings: { redisCommandMs: 1_000 } })
    scope.defer(() => closeRedis(redis))
    return redis
  }
  const subscriber = open(proxy.url, 'subscriber')
  const reading = open(proxy.url, 'api')
  await Promise.all([direct, subscriber, reading].map((redis) => whenReady(redis)))
  const watches = scope.use(
    createJobWatches({
      subscriber,
      store: createJobStore({ redis: reading, emit: tellNobody, keys }),
      keys,
      decodePreview,
      onError: () => undefined,
      clock: systemClock,
      timings: createTimings(timings),
    }),
  )
  const countSubscribers = async (channel: string) => {
    const [, count] = await direct.pubsub('NUMSUB', channel)
    return Number(count)
  }
  return { keys, proxy, direct, subscriber, store, watches, countSubscribers }
}

export async function accept(store: JobStore): Promise<string> {
  const jobId = randomUUID()
  await store.accept(newJob({ jobId, workflow: WORKFLOW }))
  return jobId
}

export async function write(store: JobStore, jobId: string, bodies: JobEventBody[]) {
  let last: Snapshot | null = null
  for (const body of bodies) {
    const result = await store.append(jobId, () => body)
    if (!('snapshot' in result)) throw new Error(result.outcome)
    last = result.snapshot
  }
  return last
}

export const seqsOf = (events: { seq: number }[]) => events.map(({ seq }) => seq)
export const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, at) => from + at)

interface Loss {
  jobId: string
  channel: string
  direct: ReturnType<typeof createRedis>
  end?: boolean
}

/** Appends under another live channel, as if Redis had dropped the announcements. */
export async function loseAnnouncements({
  jobId,
  channel,
  direct,
  end = false,
}: Loss): Promise<void> {
  const namespace = /^\{(.+?)\}/.exec(channel)?.[1] ?? ''
  const deaf = createJobStore({
    redis: direct,
    emit: tellNobody,
    keys: { ...createKeys(namespace), live: () => 'x' },
  })
  const bodies = end ? [RUNNING, progressed(0.2), SUCCEEDED] : [progressed(0.2), progressed(0.3)]
  await write(deaf, jobId, bodies)
}
