/** A worker as one thing that starts and closes: takes tickets, drives hosts, stores outputs. */
import { hostname } from 'node:os'
import { createHostClient, runPrompt } from '@safelight/comfyui'
import {
  type Clock,
  createLogger,
  createScope,
  type Logger,
  type Scope,
  systemClock,
} from '@safelight/runtime'
import {
  closeRedis,
  createDeadlines,
  createExtraData,
  createJobStore,
  createKeys,
  createLeftovers,
  createNodeCosts,
  createRedis,
  type Keys,
  subscribeControl,
  whenReady,
} from '@safelight/store'
import type { Redis } from 'ioredis'
import type { WorkerConfig } from './config.ts'
import type { Fleet } from './hosts/fleet.ts'
import { openFleet } from './hosts/open-fleet.ts'
import { startCleaningHosts } from './job/clean-hosts.ts'
import { createCostBook } from './job/cost-book.ts'
import { createProcessor } from './job/process-job.ts'
import { createUnknownMessages } from './job/unknown-messages.ts'
import { createBlobStore } from './outputs/blob-store.ts'
import { closeTicketWorker } from './queue/drain.ts'
import { watchLostTickets } from './queue/lost-tickets.ts'
import { createRoom, type Room } from './queue/room.ts'
import { createTicketWorker } from './queue/ticket-worker.ts'
import { type ToldTimings, toWorkerTimings, type WorkerTimings } from './timings.ts'

/** Tickets per seat: how many jobs may still collect outputs while their seats are taken again. */
const TICKETS_PER_SEAT = 3

export interface WorkerApp {
  /** Takes nothing new, lets running jobs finish for the drain time, hands the rest back, closes everything. */
  close(): Promise<void>
}

export interface WorkerOptions {
  log?: Logger
  /** Durations that differ from their defaults and from the settings, for tests that cannot wait for a minute. */
  timings?: ToldTimings
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
  const scope = createScope('worker')
  try {
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
  const { config, workerId, log, scope, timings, clock } = parts
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
  const { fleet, room } = await openHosts(parts, redis, keys)
  const inStore = { redis, keys, timings: timings.store }
  const store = createJobStore({
    ...inStore,
    now: clock.now,
    retentionMs: config.RETENTION,
    deadLetterRetentionMs: config.DEAD_LETTER_RETENTION,
  })
  const deadlines = createDeadlines({ ...inStore, store, clock, log })
  scope.use(deadlines.startSweeper({ everyMs: timings.deadlinesEveryMs }))
  const connect = (baseUrl: string) =>
    createHostClient(baseUrl, { timeoutMs: timings.unknownHostMs })
  const leftovers = createLeftovers(inStore)
  scope.use(startCleaningHosts({ fleet, leftovers, runPrompt, connect, timings, clock, log }))

  const worker = await createTicketWorker({
    redis,
    keys,
    name: workerId,
    timings,
    log,
    processJob: createProcessor({
      store,
      deadlines,
      leftovers,
      connect,
      extraData: createExtraData({ redis, keys }),
      costs: createCostBook({
        store: createNodeCosts({ redis, keys }),
        freshMs: timings.costsFreshMs,
        clock,
        log,
      }),
      blobs: createBlobStore(config.SAFELIGHT_DATA_DIR),
      fleet,
      room,
      runPrompt,
      unknownMessages: createUnknownMessages(log),
      clock,
      log,
      timings,
      maxAttempts: config.MAX_ATTEMPTS,
      maxHostLosses: config.MAX_HOST_LOSSES,
      adoptWaitMs: config.ADOPT_WAIT,
      maxOutputBytes: config.MAX_OUTPUT_BYTES,
      retentionMs: config.RETENTION,
    }),
  })
  scope.use(await watchLostTickets({ redis, keys, name: workerId, timings, log }))
  scope.defer(() => closeTicketWorker(worker, { drainMs: config.DRAIN_TIMEOUT, clock, log }))
  scope.defer(() => room.close())
  await subscribeControl({
    subscriber,
    keys,
    // the subscriber's own end is the subscription's
    onMessage: ({ jobId }) => worker.cancelJob(jobId, 'cancel'),
  })
  room.open(worker)
  log.info({ hosts: fleet.hosts.map(({ hostId }) => hostId) }, 'worker started')
}

async function openHosts(
  { config, workerId, log, scope, timings, clock }: Start,
  redis: Redis,
  keys: Keys,
): Promise<{ fleet: Fleet; room: Room }> {
  const seatsPerHost = config.HOST_SLOTS
  const urls = config.COMFYUI_HOSTS
  let fleet: Fleet | null = null
  const room = createRoom({
    freeSeats: () => fleet?.freeSeats() ?? 0,
    maxTickets: TICKETS_PER_SEAT * seatsPerHost * urls.length,
  })
  const onChange = () => room.update()
  fleet = await openFleet({
    redis,
    keys,
    scope,
    log,
    workerId,
    urls,
    seatsPerHost,
    answerMs: config.HOST_TIMEOUT / 2,
    timings,
    clock,
    onChange,
  })
  return { fleet, room }
}
