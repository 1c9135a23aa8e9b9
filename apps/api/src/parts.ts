/** Everything the API is made of besides HTTP: opened here, closed by the scope. */
import { createJanitor, createOldBlobs, createThumbnails, openBlobStore } from '@safelight/assets'
import { learnCosts } from '@safelight/comfyui'
import {
  type ApiEvents,
  type Clock,
  type Emit,
  type Logger,
  remember,
  type Scope,
  tellNobody,
} from '@safelight/runtime'
import {
  closeRedis,
  createBacklog,
  createCanceling,
  createDeadLetterStore,
  createDeadlines,
  createEndedLists,
  createHostRegistry,
  createAssetStore,
  createJobStore,
  createKeys,
  createMemoryGauge,
  createNodeCosts,
  createPoolLoads,
  createOrphans,
  createPurgeStore,
  createReadRetained,
  createQueues,
  createReconciler,
  createRedis,
  createReplication,
  createSweeps,
  createThumbnailRecords,
  createTickets,
  decodePreview,
  type Keys,
  listHashes,
  NO_REPLICATION,
  type RedisOpening,
  RedisUnavailable,
  type Replication,
  startRedisClock,
  tellRedisFlaws,
  toStoreTimings,
} from '@safelight/store'
import type { ApiConfig } from './config.ts'
import type { ApiTimings } from './timings.ts'
import { createReadHousekeeping } from './housekeeping/read.ts'
import { createRules } from './housekeeping/rules.ts'
import { createPrices, toNeeds } from './jobs/needs.ts'
import { createDeliveries } from './watch/deliveries.ts'
import { createFleetWork } from './watch/fleet-work.ts'
import { createPlaces } from './watch/places.ts'
import { createJobWatches } from './watch/job-watches.ts'
import { createQueuePositions } from './watch/queue-positions.ts'

export interface PartsDeps {
  config: ApiConfig
  emit: Emit<ApiEvents>
  log: Logger
  scope: Scope
  clock: Clock
  timings: ApiTimings
}

interface ReplicationParts extends Pick<PartsDeps, 'config' | 'scope'> {
  opening: RedisOpening
  keys: Keys
}

export type Parts = Awaited<ReturnType<typeof openParts>>

export async function openParts({
  config,
  emit,
  log,
  scope,
  clock,
  timings: { store: timings, ...own },
}: PartsDeps) {
  const keys = createKeys(config.SAFELIGHT_NAMESPACE)
  const opening = { emit, timings, tls: config.REDIS_TLS }
  const redis = createRedis(config.REDIS_URL, 'api', opening)
  scope.defer(() => closeRedis(redis))
  tellRedisFlaws(redis, log)
  const subscriber = createRedis(config.REDIS_URL, 'subscriber', opening)
  scope.defer(() => closeRedis(subscriber))

  const replication = openReplication({ config, scope, opening, keys })
  const shared = scope.use(startRedisClock(redis, clock))
  const storeDeps = {
    redis,
    keys,
    emit,
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
  const endedLists = createEndedLists({
    redis,
    keys,
    now,
    retentionMs: config.RETENTION,
    deadLetterRetentionMs: config.DEAD_LETTER_RETENTION,
  })
  const others = [
    { what: 'clean old blobs', kind: null, run: () => oldBlobs.clean() },
    {
      what: 'sweep the list of jobs',
      kind: 'jobs',
      run: (signal: AbortSignal) => endedLists.sweepJobs(signal),
    },
    { what: 'sweep dead letters', kind: 'dead_letters', run: () => endedLists.sweepDeadLetters() },
  ] as const
  const janitor = createJanitor({ blobs, assets, now, others, emit, clock, log })
  scope.use(janitor.start({ everyMs: config.JANITOR_EVERY }))
  const records = createThumbnailRecords({ redis, keys })
  const thumbnails = createThumbnails({ blobs, assets, records, log })
  const deadLetters = createDeadLetterStore(storeDeps)
  const purging = createPurgeStore(storeDeps)
  const backlog = createBacklog({ redis, keys })
  const queues = scope.use(createQueues({ redis, keys, timings }))
  const tickets = createTickets(queues)
  // workers sweep as well; but a job must expire in time even when there are none
  const deadlines = createDeadlines({ redis, keys, store, tickets, log, clock, timings })
  scope.use(deadlines.startSweeper({ everyMs: own.deadlineSweepMs }))
  const hosts = createHostRegistry({ redis, keys, timings })
  const costs = createNodeCosts({ redis, keys })
  const { get: learned } = remember(async () => learnCosts(await costs.load()), {
    clock,
    maxAgeMs: own.costsAgeMs,
  })
  const prices = createPrices({ learned, weights: () => config.OWNER_WEIGHTS })
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
    emit,
    log,
  })
  const readHousekeeping = createReadHousekeeping({
    readRetained: createReadRetained({ redis, keys, hosts }),
    sweeps: createSweeps({ redis, keys }),
    rules: createRules(config, toStoreTimings(timings)),
    now,
    clock,
    maxAgeMs: own.housekeepingAgeMs,
  })
  const highWaterPercent = config.REDIS_HIGH_WATER
  const memory = createMemoryGauge({ redis, highWaterPercent, clock, timings })

  const onError = (err: unknown) => {
    if (err instanceof RedisUnavailable) log.debug({ err }, 'a job could not be watched for now')
    else log.warn({ err }, 'a job could not be watched')
  }
  const positions = scope.use(
    createQueuePositions({
      places: createPlaces({ backlog, fleetWork, clock: shared }),
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
    subscriber,
    queues,
    deliveries: scope.use(createDeliveries({ emit, clock })),
    poolLoads: createPoolLoads({ redis, keys }),
    canceling: createCanceling({ redis, keys }),
    /** Redis' time: what watchers measure the times of a job by. */
    clock: shared,
    keys,
    store,
    assets,
    blobs,
    thumbnails,
    deadLetters,
    purging,
    backlog,
    tickets,
    hosts,
    reconciler,
    readHousekeeping,
    highWaterPercent,
    memory,
    replication,
    learned,
    prices,
    fleetWork,
    positions,
    watches,
  }
}

/** With a connection only where it is asked for. */
function openReplication({ config, scope, opening, keys }: ReplicationParts): Replication {
  const { ACCEPT_REPLICAS: replicas, ACCEPT_REPLICA_TIMEOUT: timeoutMs } = config
  if (replicas === 0) return NO_REPLICATION
  // that Redis is away is told by the other one
  const own = { ...opening, emit: tellNobody, resends: false }
  const redis = createRedis(config.REDIS_URL, 'api', own)
  scope.defer(() => closeRedis(redis))
  return createReplication({ redis, keys, replicas, timeoutMs })
}
