/** Hands each route exactly what it needs of the parts. */
import { createUrlFetcher } from '@safelight/assets'
import type { Clock, Logger } from '@safelight/runtime'
import {
  createHostFiles,
  createUploadKeys,
  listAssets,
  publishControl,
  RedisUnavailable,
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
import type { RouteDeps } from './routes.ts'
import type { ApiTimings } from './timings.ts'

export interface RouteExtras {
  config: ApiConfig
  log: Logger
  clock: Clock
  timings: ApiTimings
  /** Streams and held answers. */
  streams: Set<{ endForShutdown(): void }>
  isClosing: () => boolean
}

export function toRouteDeps(
  parts: Parts,
  { config, log, clock, timings, streams, isClosing }: RouteExtras,
): RouteDeps {
  const { redis, keys, store, backlog, tickets, hosts, prices, positions, watches } = parts
  const { deadLetters, memory, assets, blobs, thumbnails } = parts
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
    maxQueueDepth: config.MAX_QUEUE_DEPTH,
    countBytes: () => store.openBytes(),
    maxQueueBytes: config.MAX_QUEUE_BYTES,
    maxAgeMs: timings.queueCountAgeMs,
    clock,
    whenRoom: createWhenRoom({ fleetWork: parts.fleetWork, clock: parts.clock }),
    isStoreFull: () => memory.isHigh(),
    announce: ({ jobId, pool }) => tickets.announce({ jobId, pool }),
    log,
  })
  const maxAgeMs = timings.nodeClassesAgeMs
  const fleetClasses = createNodeClassCache({ load: () => hosts.nodeClasses(), clock, maxAgeMs })
  const fleet = createFleetKnowledge({
    classes: fleetClasses,
    files: createHostFiles({ redis, keys, timings: timings.store }),
    registry: hosts,
    clock,
    maxAgeMs,
  })
  const streamLimits = createClientLimits({
    what: 'event streams and held answers',
    perClient: config.MAX_STREAMS_PER_CLIENT,
    perProcess: config.MAX_STREAMS,
  })
  const deadline = { clock, ms: timings.requestDeadlineMs }
  const limits = streamLimits
  const waits = createJobWaits({ watches, limits, streams, clock, deadline, timings })
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
      fleetClasses,
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
      log,
      limits: { maxNodes: config.MAX_WORKFLOW_NODES, maxBytes: config.MAX_WORKFLOW_BYTES },
    },
    read: { store, waits, positions, whyWaits },
    patch: { store, positions },
    cancel: {
      store,
      withdrawTicket: ({ jobId, pool }) => tickets.withdraw(jobId, pool),
      announceCancel: (jobId) => publishControl(redis, keys, { type: 'cancel', jobId }),
      log,
      clock,
      workMs: timings.cancelManyMs,
    },
    deadLetters: { deadLetters, admission, positions, log },
    hosts: { hosts, log },
    fleet: { fleet },
    events: {
      watches,
      positions,
      streams,
      exists: async (jobId) => (await store.load(jobId)) !== null,
      limits: streamLimits,
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
      refuseWhenFull: async () => {
        if (await memory.isHigh()) throw new RedisUnavailable(undefined, 'full')
      },
    },
    health: {
      ping: () => redis.ping(),
      isStoreFull: () => memory.isHigh(),
      isClosing,
      pingDeadline: { clock, ms: timings.readinessPingMs },
    },
  }
}
