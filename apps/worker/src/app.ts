/** A worker as one thing that starts and closes: takes tickets, drives hosts, stores outputs. */
import { hostname } from 'node:os'
import { createHostClient, runPrompt as runSession, type RunPrompt } from '@safelight/comfyui'
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
  createOrphans,
  createNodeCosts,
  createRedis,
  dropIfAway,
  startRedisClock,
  subscribeControl,
  whenReady,
} from '@safelight/store'
import type { WorkerConfig } from './config.ts'
import { type HostList, openFileList, toFixedList } from './hosts/host-list.ts'
import { openFleet } from './hosts/open-fleet.ts'
import { startStoppingOrphans } from './job/stop-orphans.ts'
import { createCostBook } from './job/cost-book.ts'
import { createSuspects } from './job/suspects.ts'
import { createUnknownMessages } from './job/unknown-messages.ts'
import { createBlobStore } from './outputs/blob-store.ts'
import { createIntake } from './queue/intake.ts'
import { watchLostTickets } from './queue/lost-tickets.ts'
import { createProcessor } from './queue/process-job.ts'
import { closeTicketWorker, createTicketWorker } from './queue/ticket-worker.ts'
import { type TimingOverrides, toWorkerTimings, type WorkerTimings } from './timings.ts'

/** How many jobs may still collect outputs while their slots are taken again. */
const TICKETS_PER_SLOT = 3

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

function openList({ config, log, timings, clock }: Start): HostList {
  const { COMFYUI_HOSTS = [], SAFELIGHT_HOSTS_FILE: path, HOST_SLOTS: slots } = config
  if (path === undefined) return toFixedList(COMFYUI_HOSTS, slots)
  return openFileList({ path, slots, everyMs: timings.hostsFileEveryMs, clock, log })
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
  const fleet = await openFleet({
    redis,
    keys,
    scope,
    log,
    workerId,
    list: openList(parts),
    answerMs: config.HOST_TIMEOUT / 2,
    drainMs: config.DRAIN_TIMEOUT,
    timings,
    clock,
  })
  const slots = () => fleet.hosts.reduce((sum, { listing }) => sum + listing.slots, 0)
  const intake = createIntake({
    freeSlots: () => fleet.freeSlots(),
    maxTickets: () => TICKETS_PER_SLOT * slots(),
    clock,
  })
  fleet.onChange(() => intake.update())
  const inStore = { redis, keys, timings: timings.store }
  const store = createJobStore({
    ...inStore,
    retentionMs: config.RETENTION,
    deadLetterRetentionMs: config.DEAD_LETTER_RETENTION,
  })
  const deadlines = createDeadlines({ ...inStore, store, clock, log })
  scope.use(deadlines.startSweeper({ everyMs: timings.deadlinesEveryMs }))
  const patience = timings.unknownHostMs
  const connect = (hostId: string, hostUrl: string | null) => {
    const known = fleet.find(hostId)
    if (known) return known.client.within(patience)
    return hostUrl === null ? null : createHostClient(hostUrl, { timeoutMs: patience })
  }
  const sessionClock = { now: clock.steady, after: clock.after }
  const runPrompt: RunPrompt = (prompt) => runSession({ clock: sessionClock, ...prompt })
  const orphans = createOrphans(inStore)
  const stopping = startStoppingOrphans({ fleet, orphans, runPrompt, timings, clock, log })
  // a host that is being told to stop a prompt is told to the end
  const { stopMs, unreachableMs } = timings.orphan
  scope.defer(() => stopping.close(), timings.closeMs + Math.max(stopMs, unreachableMs))

  const worker = await createTicketWorker({
    redis,
    keys,
    name: workerId,
    timings,
    log,
    processJob: createProcessor({
      store,
      deadlines,
      orphans,
      connect,
      extraData: createExtraData({ redis, keys, secretKey: config.SAFELIGHT_SECRET_KEY }),
      costs: createCostBook({
        store: createNodeCosts({ redis, keys }),
        freshMs: timings.costsFreshMs,
        clock,
        log,
      }),
      blobs: createBlobStore(config.SAFELIGHT_DATA_DIR),
      fleet,
      intake,
      runPrompt,
      unknownMessages: createUnknownMessages(log),
      suspects: createSuspects({
        store,
        waitMs: timings.suspectWaitMs,
        clock,
      }),
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
  const onFound = () => intake.expect()
  scope.use(await watchLostTickets({ redis, keys, name: workerId, timings, onFound, log }))
  // what is closed after it must not wait for a Redis that is away
  scope.defer(() => dropIfAway(redis))
  scope.defer(
    () =>
      closeTicketWorker(worker, {
        drainMs: config.DRAIN_TIMEOUT,
        closeMs: timings.closeMs,
        intake,
        clock,
        log,
      }),
    Infinity,
  )
  scope.defer(() => intake.close())
  await subscribeControl({
    subscriber,
    keys,
    // the subscriber's own end is the subscription's
    onMessage: ({ jobId }) => worker.cancelJob(jobId, 'cancel'),
  })
  intake.open(worker)
  log.info({ hosts: fleet.hosts.map(({ hostId }) => hostId) }, 'worker started')
}
