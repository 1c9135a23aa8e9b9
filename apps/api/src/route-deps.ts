/** Hands each route exactly what it needs of the parts. */
import type { Logger } from '@safelight/runtime'
import { publishControl } from '@safelight/store'
import type { ApiConfig } from './config.ts'
import { DEADLINE_MS } from './http/deadline.ts'
import { createAdmission } from './jobs/admission.ts'
import { createKnownClasses } from './jobs/known-classes.ts'
import type { Parts } from './parts.ts'
import type { RouteDeps } from './routes.ts'
import { createSlots } from './sse/slots.ts'
import type { Stream } from './sse/stream.ts'

const KEEP_ALIVE_MS = 15_000

export interface RouteExtras {
  config: ApiConfig
  log: Logger
  streams: Set<Stream>
  isClosing: () => boolean
}

export function toRouteDeps(
  parts: Parts,
  { config, log, streams, isClosing }: RouteExtras,
): RouteDeps {
  const { redis, keys, store, queue, outbox, hosts, positions, feed, deadLetters } = parts
  const admission = createAdmission({
    countQueued: () => queue.depth(),
    maxQueueDepth: config.MAX_QUEUE_DEPTH,
    flushOutbox: (jobId) => outbox.flush(jobId),
    log,
  })
  return {
    submit: {
      store,
      admission,
      nodeClasses: createKnownClasses({ load: () => hosts.nodeClasses() }),
      positions,
      log,
      limits: { maxNodes: config.MAX_WORKFLOW_NODES, maxBytes: config.MAX_WORKFLOW_BYTES },
    },
    read: { store, positions },
    cancel: {
      store,
      removeTicket: (jobId) => queue.remove(jobId),
      announceCancel: (jobId) => publishControl(redis, keys, { type: 'cancel', jobId }),
      log,
    },
    deadLetters: { deadLetters, admission, positions, log },
    hosts: { hosts, log },
    events: {
      feed,
      positions,
      streams,
      slots: createSlots({
        perClient: config.MAX_STREAMS_PER_CLIENT,
        perProcess: config.MAX_STREAMS,
      }),
      keepAliveMs: KEEP_ALIVE_MS,
      deadlineMs: DEADLINE_MS,
    },
    assets: { store, dataDir: config.SAFELIGHT_DATA_DIR },
    health: { ping: () => redis.ping(), isClosing },
  }
}
