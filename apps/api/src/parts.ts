/** Everything the API is made of besides HTTP: opened here, closed by the scope. */
import type { Clock, Logger, Scope } from '@safelight/runtime'
import {
  closeRedis,
  createDeadLetterStore,
  createDeadlines,
  createHostRegistry,
  createJobQueue,
  createJobStore,
  createKeys,
  createMemoryGauge,
  createOutbox,
  createRedis,
  decodePreview,
  RedisUnavailable,
  startRedisClock,
} from '@safelight/store'
import type { ApiConfig } from './config.ts'
import type { ApiTimings } from './timings.ts'
import { createJobWatches } from './watch/job-watches.ts'
import { createQueuePositions } from './watch/queue-positions.ts'

export interface PartsDeps {
  config: ApiConfig
  log: Logger
  scope: Scope
  clock: Clock
  timings: ApiTimings
}

export type Parts = ReturnType<typeof openParts>

export function openParts({
  config,
  log,
  scope,
  clock,
  timings: { store: timings, ...own },
}: PartsDeps) {
  const keys = createKeys(config.SAFELIGHT_NAMESPACE)
  const redis = createRedis(config.REDIS_URL, 'api', { log, timings })
  scope.defer(() => closeRedis(redis))
  const subscriber = createRedis(config.REDIS_URL, 'subscriber', { log, timings })
  scope.defer(() => closeRedis(subscriber))

  const shared = scope.use(startRedisClock(redis, clock))
  const storeDeps = {
    redis,
    keys,
    timings,
    secretKey: config.SAFELIGHT_SECRET_KEY,
    retentionMs: config.RETENTION,
    deadLetterRetentionMs: config.DEAD_LETTER_RETENTION,
  }
  const store = createJobStore(storeDeps)
  const deadLetters = createDeadLetterStore(storeDeps)
  const queue = scope.use(createJobQueue({ redis, keys, timings }))
  const outbox = createOutbox({ redis, keys, queue, store, log, clock, timings })
  scope.use(outbox.startSweeper({ everyMs: own.outboxSweepMs }))
  // workers sweep as well; but a job must expire in time even when there are none
  const deadlines = createDeadlines({ redis, keys, store, queue, log, clock, timings })
  scope.use(deadlines.startSweeper({ everyMs: own.deadlineSweepMs }))
  const hosts = createHostRegistry({ redis, keys, timings })
  const highWaterPercent = config.REDIS_HIGH_WATER
  const memory = createMemoryGauge({ redis, highWaterPercent, clock, timings })

  const onError = (err: unknown) => {
    if (err instanceof RedisUnavailable) log.debug({ err }, 'a job could not be watched for now')
    else log.warn({ err }, 'a job could not be watched')
  }
  const positions = scope.use(
    createQueuePositions({
      position: (jobId) => queue.position(jobId),
      onError,
      clock,
      everyMs: own.queuePositionMs,
    }),
  )
  const watches = scope.use(
    createJobWatches({ subscriber, store, keys, decodePreview, onError, clock, timings: own }),
  )
  return {
    redis,
    /** Redis' time: what watchers measure the times of a job by. */
    clock: shared,
    keys,
    store,
    deadLetters,
    queue,
    outbox,
    hosts,
    memory,
    positions,
    watches,
  }
}
