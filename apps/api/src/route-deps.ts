/** Hands each route exactly what it needs of the parts. */
import { createUrlFetcher } from '@safelight/assets'
import {
  type ApiEvents,
  type Build,
  type Clock,
  type Emit,
  type Logger,
  remember,
} from '@safelight/runtime'
import {
  ask,
  createHostFiles,
  createJobsThere,
  createStandings,
  createUploadKeys,
  listAssets,
  outageOf,
  publishControl,
} from '@safelight/store'
import type { ApiConfig } from './config.ts'
import { createFetchAsset } from './assets/from-url.ts'
import { createClientLimits } from './http/client-limits.ts'
import { createAdmission } from './jobs/admission.ts'
import { createCheckFiles } from './jobs/check-files.ts'
import { createFleetKnowledge } from './jobs/fleet-knowledge.ts'
import { createNodeClassCache } from './jobs/node-class-cache.ts'
import { createJobWaits } from './jobs/wait.ts'
import { createWhenRoom } from './jobs/when-room.ts'
import { createUrlInputs } from './jobs/url-inputs.ts'
import { createWhyWaits } from './jobs/why-waits.ts'
import type { Parts } from './parts.ts'
import { createReadWhyFacts } from './why/facts.ts'
import type { RouteDeps } from './routes.ts'
import type { ApiTimings } from './timings.ts'

export interface RouteExtras {
  config: ApiConfig
  emit: Emit<ApiEvents>
  log: Logger
  clock: Clock
  timings: ApiTimings
  /** Streams and held answers. */
  streams: Set<{ endForShutdown(): void }>
  isClosing: () => boolean
  build: Build
}

export function toRouteDeps(
  parts: Parts,
  { config, emit, log, clock, timings, streams, isClosing, build }: RouteExtras,
): RouteDeps {
  const { redis, keys, store, backlog, tickets, hosts, prices, positions, watches } = parts
  const { deadLetters, memory, replication, assets, blobs, thumbnails } = parts
  const fileLimits = { maxBytes: config.MAX_UPLOAD_BYTES, maxPixels: config.MAX_PIXELS }
  const fetchAsset = createFetchAsset({
    fetchToAsset: createUrlFetcher({
      blobs,
      assets,
      allowPrivate: config.FETCH_ALLOW_PRIVATE,
      limits: { ...fileLimits, fetchMs: timings.fetchMs },
    }),
    store,
    retentionMs: config.ASSET_RETENTION,
  })
  const admission = createAdmission({
    countQueued: () => backlog.depth(),
    maxQueueDepth: () => config.MAX_QUEUE_DEPTH,
    countBytes: () => store.openBytes(),
    maxQueueBytes: () => config.MAX_QUEUE_BYTES,
    maxAgeMs: timings.queueCountAgeMs,
    clock,
    whenRoom: createWhenRoom({ fleetWork: parts.fleetWork, clock: parts.clock }),
    refuseWhenStoreFull: () => memory.refuseWhenHigh(),
    follows: () => replication.follows(),
    announce: ({ jobId, pool }) => tickets.announce({ jobId, pool }),
    log,
  })
  const { nodeClassesAgeMs: maxAgeMs, fleetLatelyMs: latelyMs } = timings
  const fleetClasses = createNodeClassCache({
    load: () => hosts.nodeClasses(),
    clock,
    maxAgeMs,
  })
  const views = remember(() => hosts.list(), { clock, maxAgeMs })
  const ownerLimit = remember(() => hosts.ownerLimit(), { clock, maxAgeMs: latelyMs })
  const fleet = createFleetKnowledge({
    classes: fleetClasses,
    files: createHostFiles({ redis, keys, timings: timings.store }),
    views,
    clock,
    maxAgeMs,
    latelyMs,
  })
  const streamLimits = createClientLimits({
    what: 'event streams and held answers',
    perClient: () => config.MAX_STREAMS_PER_CLIENT,
    perProcess: () => config.MAX_STREAMS,
  })
  const deadline = { clock, ms: timings.requestDeadlineMs }
  const limits = streamLimits
  const waits = createJobWaits({ watches, limits, emit, streams, clock, deadline, timings })
  const whyWaits = createWhyWaits({ backlog, fleet, log })
  return {
    submit: {
      store,
      assets,
      fetchUrlInputs: createUrlInputs({
        async fetchAsset(url, options) {
          // nobody uploaded it: it lives as long as what refers to it
          const expires_in = Math.ceil(config.RETENTION / 1_000)
          return (await fetchAsset(url, { ...options, expires_in })).asset
        },
        clock,
        timings,
      }),
      deadline,
      admission,
      replication,
      fleetClasses: { get: () => fleetClasses.get(), lately: () => fleetClasses.get(latelyMs) },
      fleet,
      checkFiles: createCheckFiles({
        fleet,
        announceLook: (classes) => publishControl(redis, keys, { type: 'look', classes }),
        now: () => store.now(),
        clock,
        timings,
      }),
      prices,
      extensions: config.API_EXTENSIONS,
      positions,
      waits,
      emit,
      log,
      limits: { maxNodes: config.MAX_WORKFLOW_NODES, maxBytes: config.MAX_WORKFLOW_BYTES },
    },
    read: { store, waits, positions, whyWaits },
    why: {
      readFacts: createReadWhyFacts({
        store,
        standing: createStandings({ redis, keys, backlog }),
        hosts: { list: () => views.get(latelyMs), ownerLimit: () => ownerLimit.get() },
        backlog,
        fleet,
        fleetWork: parts.fleetWork,
        learned: parts.learned,
      }),
    },
    patch: { store, positions },
    cancel: {
      store,
      withdrawTicket: ({ jobId, pool }) => tickets.withdraw(jobId, pool),
      announceCancel: (jobId) => publishControl(redis, keys, { type: 'cancel', jobId }),
      emit,
      log,
      clock,
      workMs: timings.cancelManyMs,
    },
    purge: { store, purging: parts.purging, emit, clock, workMs: timings.cancelManyMs },
    housekeeping: { read: parts.readHousekeeping },
    deadLetters: { deadLetters, admission, positions, replication, emit },
    hosts: { hosts, jobsThere: createJobsThere({ redis, keys, backlog }), emit },
    fleet: { fleet },
    scale: {
      poolLoads: parts.poolLoads,
      hosts,
      clock: parts.clock,
      remembering: { clock, maxAgeMs: timings.scaleAgeMs },
    },
    events: {
      watches,
      positions,
      streams,
      exists: async (jobId) => (await store.load(jobId)) !== null,
      limits: streamLimits,
      emit,
      delivery: parts.deliveries.of('sse'),
      clock,
      timings,
      deadline,
    },
    assets: {
      assets,
      blobs,
      list: (query) => listAssets({ redis, keys, assets }, query),
      uploadKeys: createUploadKeys({ redis, keys, timings: timings.store }),
      store,
      retentionMs: config.ASSET_RETENTION,
      jobs: { positions, whyWaits },
      thumbnails,
      fetchAsset,
      redirectSeconds: Math.round(config.URL_TTL / 1000),
      limits: { ...fileLimits, uploadMs: timings.uploadMs },
      refuseWhenFull: () => memory.refuseWhenHigh(),
    },
    build,
    health: {
      ping: () => ask(redis.ping()),
      outage: () => outageOf(redis),
      refuseWhenStoreFull: () => memory.refuseWhenHigh(),
      isClosing,
      pingDeadline: { clock, ms: timings.readinessPingMs },
    },
  }
}
