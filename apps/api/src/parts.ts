/** Everything the API is made of besides HTTP: opened here, closed by the scope. */
import { createJanitor, createOldBlobs, createThumbnails, openBlobStore } from '@safelight/assets'
import { learnCosts } from '@safelight/comfyui'
import { type Clock, type Logger, remember, type Scope } from '@safelight/runtime'
import {
  closeRedis,
  createBacklog,
  createDeadLetterStore,
  createDeadlines,
  createHostRegistry,
  createAssetStore,
  createJobStore,
  createKeys,
  createMemoryGauge,
  createNodeCosts,
  createOrphans,
  createQueues,
  createReconciler,
  createRedis,
  createThumbnailRecords,
  createTickets,
  decodePreview,
  listHashes,
  RedisUnavailable,
  startRedisClock,
} from '@safelight/store'
import type { ApiConfig } from './config.ts'
import type { ApiTimings } from './timings.ts'
import { createPrices, toNeeds } from './jobs/needs.ts'
import { createFleetWork } from './watch/fleet-work.ts'
import { createPlaces } from './watch/places.ts'
import { createJobWatches } from './watch/job-watches.ts'
import { createQueuePositions } from './watch/queue-positions.ts'

export interface PartsDeps {
  config: ApiConfig
  log: Logger
  scope: Scope
  clock: Clock
  timings: ApiTimings
}

export type Parts = Awaited<ReturnType<typeof openParts>>

export async function openParts({
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
  const assets = createAssetStore({ redis, keys, now: () => store.now(), timings })
  const blobs = scope.use(await openBlobStore(config))
  const now = () => store.now()
  const oldBlobs = createOldBlobs({
    dataDir: config.SAFELIGHT_DATA_DIR,
    listHashes: () => listHashes({ redis, keys }),
    now,
  })
  const others = [() => oldBlobs.clean()]
  const janitor = createJanitor({ blobs, assets, now, others, clock, log })
  scope.use(janitor.start({ everyMs: config.JANITOR_EVERY }))
  const records = createThumbnailRecords({ redis, keys })
  const thumbnails = createThumbnails({ blobs, assets, records, log })
  const deadLetters = createDeadLetterStore(storeDeps)
  const backlog = createBacklog({ redis, keys })
  const tickets = createTickets(scope.use(createQueues({ redis, keys, timings })))
  // workers sweep as well; but a job must expire in time even when there are none
  const deadlines = createDeadlines({ redis, keys, store, tickets, log, clock, timings })
  scope.use(deadlines.startSweeper({ everyMs: own.deadlineSweepMs }))
  const hosts = createHostRegistry({ redis, keys, timings })
  const costs = createNodeCosts({ redis, keys })
  const { get: learned } = remember(async () => learnCosts(await costs.load()), {
    clock,
    maxAgeMs: own.costsAgeMs,
  })
  const prices = createPrices({ learned, weights: config.OWNER_WEIGHTS })
  const fleetWork = createFleetWork({ backlog, hosts, learned, clock, maxAgeMs: own.fleetAgeMs })
  const reconciler = createReconciler({
    redis,
    keys,
    store,
    backlog,
    tickets,
    hosts,
    orphans: createOrphans({ redis, keys, timings }),
    adoptWaitMs: config.ADOPT_WAIT,
    appraise: async (owner, workflow) => ({
      ...(await prices.priceOf(owner, { workflow, classes: null, targets: null })),
      needs: toNeeds(workflow),
    }),
    timings,
    clock,
    log,
  })
  const highWaterPercent = config.REDIS_HIGH_WATER
  const memory = createMemoryGauge({ redis, highWaterPercent, clock, timings })

  const onError = (err: unknown) => {
    if (err instanceof RedisUnavailable) log.debug({ err }, 'a job could not be watched for now')
    else log.warn({ err }, 'a job could not be watched')
  }
  const positions = scope.use(
    createQueuePositions({
      place: createPlaces({ backlog, fleetWork, clock: shared }),
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
    assets,
    blobs,
    thumbnails,
    deadLetters,
    backlog,
    tickets,
    hosts,
    reconciler,
    memory,
    prices,
    fleetWork,
    positions,
    watches,
  }
}
