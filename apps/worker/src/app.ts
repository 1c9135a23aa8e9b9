/** A worker as one thing that starts and closes: takes tickets, drives hosts, stores outputs. */
import { hostname } from 'node:os'
import { createHostPool } from '@safelight/comfyui'
import {
  type Clock,
  createLogger,
  createScope,
  type Logger,
  type Scope,
  systemClock,
} from '@safelight/runtime'
import {
  ANY_POOL,
  closeRedis,
  createBacklog,
  createKeys,
  createQueues,
  createRedis,
  createTickets,
  dropIfAway,
  startRedisClock,
  subscribeControl,
  watchDeferred,
  whenReady,
} from '@safelight/store'
import type { WorkerConfig } from './config.ts'
import { startDispatcher } from './dispatch/dispatcher.ts'
import { openIntakeTickets } from './dispatch/intake-tickets.ts'
import { startMakingRoom } from './dispatch/make-room.ts'
import { openSlotBook } from './dispatch/slot-book.ts'
import { openHostList } from './hosts/host-list.ts'
import { openHandlingDeps } from './handling-deps.ts'
import { openFleet } from './hosts/open-fleet.ts'
import { createSlotHolders } from './hosts/slot-holders.ts'
import { closeTickets } from './queue/close-tickets.ts'
import { driveHosts } from './queue/drive-hosts.ts'
import { openHostTickets } from './queue/host-tickets.ts'
import { createTicketsInHand } from './queue/in-hand.ts'
import { createProcessor } from './queue/process-job.ts'
import { type TimingOverrides, toWorkerTimings, type WorkerTimings } from './timings.ts'

export interface WorkerApp {
  /** Takes nothing new, lets running jobs finish for the drain time, hands the rest back, closes everything. */
  close(): Promise<void>
}

export interface WorkerOptions {
  log?: Logger
  /** Durations that differ from their defaults and from the settings, for tests that cannot wait for a minute. */
  timings?: TimingOverrides
  clock?: Clock
}

/** Resolves when the worker listens; it takes its first ticket when a host is reachable. */
export async function createWorkerApp(
  config: WorkerConfig,
  options: WorkerOptions = {},
): Promise<WorkerApp> {
  const workerId = config.WORKER_NAME ?? `${hostname()}-${process.pid}`
  const log = (options.log ?? createLogger({ level: config.LOG_LEVEL, name: 'worker' })).child({
    workerId,
  })
  const timings = toWorkerTimings(
    {
      session: {
        stallMs: config.STALL_TIMEOUT,
        unreachableMs: config.HOST_TIMEOUT,
        stopMs: config.STOP_TIMEOUT,
      },
    },
    config.SAFELIGHT_TIMINGS,
    options.timings,
  )
  const scope = createScope('worker', timings.closeMs)
  try {
    await start({ config, workerId, log, scope, timings, clock: options.clock ?? systemClock })
    return { close: () => scope.close() }
  } catch (error) {
    await scope.close()
    throw error
  }
}

interface Start {
  config: WorkerConfig
  workerId: string
  log: Logger
  scope: Scope
  timings: WorkerTimings
  clock: Clock
}

async function start(parts: Start): Promise<void> {
  const { config, workerId, log, scope, timings } = parts
  const keys = createKeys(config.SAFELIGHT_NAMESPACE)
  const open = (role: 'worker' | 'subscriber') => {
    const redis = createRedis(config.REDIS_URL, role, { log, timings: timings.store })
    scope.defer(() => closeRedis(redis))
    return redis
  }
  const redis = open('worker')
  const subscriber = open('subscriber')
  // a BullMQ worker whose first handshake fails stays broken
  await Promise.all([whenReady(redis), whenReady(subscriber)])
  // what is written down for others, and compared with what they wrote, is Redis' time
  const clock = scope.use(startRedisClock(redis, parts.clock))
  await clock.set()
  const pool = scope.use(createHostPool())
  const fleet = await openFleet({
    redis,
    keys,
    scope,
    log,
    workerId,
    list: openHostList({
      urls: config.COMFYUI_HOSTS,
      path: config.SAFELIGHT_HOSTS_FILE,
      slots: config.HOST_SLOTS,
      everyMs: timings.hostsFileEveryMs,
      clock: parts.clock,
      log,
    }),
    pool,
    answerMs: config.HOST_TIMEOUT / 2,
    drainMs: config.DRAIN_TIMEOUT,
    timings,
    clock,
  })
  const backlog = createBacklog({ redis, keys })
  const queues = scope.use(createQueues({ redis, keys, timings: timings.store }))
  const tickets = createTickets(queues)
  const holders = createSlotHolders()
  const slots = scope.use(openSlotBook({ fleet, holders, backlog, timings, clock, log }))
  const deferred = scope.use(
    watchDeferred({ backlog, tickets, retryMs: timings.queueRetryMs, clock, log }),
  )
  const handling = await openHandlingDeps({
    config,
    redis,
    keys,
    scope,
    pool,
    fleet,
    backlog,
    tickets,
    deferred,
    slotHolders: holders,
    timings,
    clock,
    log,
  })
  const inHand = createTicketsInHand()
  const bull = { redis, keys, name: workerId, timings, clock, log }
  const hostTickets = await driveHosts({
    fleet,
    open: ({ hostId, listing }) =>
      openHostTickets({
        ...bull,
        queues,
        hostId,
        slots: listing.slots,
        work: (stage, leaving) =>
          createProcessor(handling, { hostId, stage, inHand, leaving, slots }),
      }),
    timings,
    clock,
    log,
  })
  slots.onSeen((hostId, jobs) => hostTickets.see(hostId, jobs))
  // what is closed after it must not wait for a Redis that is away
  scope.defer(() => dropIfAway(redis))
  const { DRAIN_TIMEOUT: drainMs } = config
  scope.defer(
    () => closeTickets(hostTickets, { drainMs, closeMs: timings.closeMs, inHand, clock, log }),
    Infinity,
  )
  await subscribeControl({
    subscriber,
    keys,
    // the subscriber's own end is the subscription's
    onMessage(message) {
      if (message.type === 'cancel') inHand.stop(message.jobId, 'cancel')
      else for (const host of fleet.hosts) host.lookForFiles(message.classes)
    },
  })
  const dispatching = {
    slots,
    backlog,
    affinity: { count: config.MAX_OVERTAKEN, ms: config.MAX_OVERTAKEN_TIME },
    agingMs: config.AGING ?? null,
    ownerLimit: config.MAX_RUNNING_PER_OWNER ?? null,
    timings,
    clock,
    log,
  }
  const dispatcher = startDispatcher({
    ...dispatching,
    pools: () => [ANY_POOL, ...fleet.hosts.flatMap(({ listing }) => listing.labels)],
    openIntake: (pool) => openIntakeTickets({ ...bull, pool }),
    tickets,
    openHand: (hostId) => hostTickets.openHand(hostId),
    async begin(hostId, job) {
      hostTickets.expect(hostId, await tickets.addToHost(hostId, 'execute', job))
    },
  })
  scope.use(startMakingRoom({ ...dispatching, holders }))
  scope.use(dispatcher)
  fleet.onChange(() => dispatcher.update())
  log.info({ hosts: fleet.hosts.map(({ hostId }) => hostId) }, 'worker started')
}
