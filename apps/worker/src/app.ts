/** A worker as one thing that starts and closes: takes tickets, drives hosts, stores outputs. */
import { hostname } from 'node:os'
import { createHostPool } from '@safelight/comfyui'
import {
  type Clock,
  createLogger,
  readBuild,
  tellBuild,
  createScope,
  type EventBus,
  type Listening,
  type Logger,
  openEvents,
  openListeners,
  type Scope,
  systemClock,
  type WorkerEvents,
} from '@safelight/runtime'
import {
  ANY_POOL,
  createBacklog,
  createKeys,
  createQueues,
  createTickets,
  dropIfAway,
  noteSweeps,
  startRedisClock,
  subscribeControl,
  watchDeferred,
} from '@safelight/store'
import type { WorkerConfig } from './config.ts'
import { createDebugRoutes } from './debug/debug-routes.ts'
import { startDispatcher } from './dispatch/dispatcher.ts'
import { openIntakeTickets } from './dispatch/intake-tickets.ts'
import { startEveningOut } from './dispatch/even-out.ts'
import { startMakingRoom } from './dispatch/make-room.ts'
import { openSlotBook } from './dispatch/slot-book.ts'
import { logEvents, openEventTraces } from './events/follow-events.ts'
import { openHostList } from './hosts/host-list.ts'
import { openHandlingDeps } from './handling-deps.ts'
import { createPulse } from './health/pulse.ts'
import { createWorkerHealth, type WorkerHealth } from './health/worker-health.ts'
import { openFleet } from './hosts/open-fleet.ts'
import { createSlotHolders } from './hosts/slot-holders.ts'
import { openLimits } from './limits.ts'
import { openRedis } from './open-redis.ts'
import { closeTickets } from './queue/close-tickets.ts'
import { driveHosts } from './queue/drive-hosts.ts'
import { openHostTickets } from './queue/host-tickets.ts'
import { createTicketsInHand } from './queue/in-hand.ts'
import { createProcessor } from './queue/process-job.ts'
import { openTelemetry, type Telemetry } from './telemetry/open-telemetry.ts'
import { type TimingOverrides, toTimingsOf } from './override-timings.ts'
import type { WorkerTimings } from './timings.ts'

export interface WorkerApp {
  /** What happens in it, told to whoever wants to hear; see docs/events.md. */
  readonly events: Listening<WorkerEvents>
  /** Takes nothing new, lets running jobs finish for the drain time, hands the rest back, closes everything. */
  close(): Promise<void>
  /** For probes. */
  health: WorkerHealth
  /** For the admin port: what it holds, and what is known of a job. */
  debug: ReturnType<typeof createDebugRoutes>
}

export interface WorkerOptions {
  log?: Logger
  /** Durations that differ from their defaults and from the settings, for tests that cannot wait for a minute. */
  timings?: TimingOverrides
  clock?: Clock
  /** For those who want to hear of its start as well; it opens its own otherwise. */
  events?: EventBus<WorkerEvents>
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
  const timings = toTimingsOf(config, options.timings)
  const events = options.events ?? openEvents<WorkerEvents>(log)
  // beside `src` and `dist`
  const build = readBuild(new URL('../package.json', import.meta.url), config.SAFELIGHT_COMMIT)
  tellBuild(log, build)
  const scope = createScope('worker', timings.closeMs)
  try {
    const { clock = systemClock } = options
    logEvents(events, { log, clock, scope })
    await openListeners({ app: 'worker', paths: config.SAFELIGHT_LISTENERS, events, scope, log })
    const telemetry = await openTelemetry({ config, build, events, scope, clock, log })
    const { version } = build
    const beginTraces = await openEventTraces({ config, workerId, version, events, scope, log })
    const parts = { config, workerId, events, telemetry, beginTraces, log, scope, timings, clock }
    return { events, ...(await start(parts)), close: () => scope.close() }
  } catch (error) {
    await scope.close()
    throw error
  }
}

interface Start {
  config: WorkerConfig
  workerId: string
  events: EventBus<WorkerEvents>
  beginTraces: (now: () => number) => void
  telemetry: Telemetry
  log: Logger
  scope: Scope
  timings: WorkerTimings
  clock: Clock
}

async function start(parts: Start): Promise<Pick<WorkerApp, 'health' | 'debug'>> {
  const { config, workerId, log, scope, timings } = parts
  const { emit } = parts.events
  const keys = createKeys(config.SAFELIGHT_NAMESPACE)
  const { redis, subscriber } = await openRedis({
    config,
    timings,
    emit,
    scope,
    onOpened: (clients) => parts.telemetry.readRedis(clients),
    log,
  })
  // what is written down for others, and compared with what they wrote, is Redis' time
  const clock = scope.use(startRedisClock(redis, parts.clock))
  await clock.set()
  parts.beginTraces(clock.now)
  noteSweeps(parts.events, { redis, keys }, log)
  const pool = scope.use(createHostPool())
  const limits = openLimits(config)
  const stopping = new AbortController()
  const fleet = await openFleet({
    stopping: stopping.signal,
    redis,
    keys,
    scope,
    emit,
    log,
    workerId,
    limits,
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
    limits,
    timings,
    clock,
    emit,
    log,
  })
  const inHand = createTicketsInHand(clock)
  const pulse = createPulse(clock)
  const isClosing = () => stopping.signal.aborted
  const health = createWorkerHealth({ redis, fleet, pulse, isClosing, timings, clock })
  const bull = { redis, keys, name: workerId, timings, clock, emit, log }
  const hostTickets = await driveHosts({
    ...bull,
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
    queues,
  })
  slots.onSeen((hostId, jobs) => hostTickets.see(hostId, jobs))
  // what is closed after it must not wait for a Redis that is away
  scope.defer(() => dropIfAway(redis))
  const { DRAIN_TIMEOUT: drainMs } = config
  scope.defer(
    () =>
      closeTickets(hostTickets, { drainMs, closeMs: timings.closeMs, inHand, clock, emit, log }),
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
  const dispatching = { workerId, slots, backlog, limits, timings, clock, emit, log }
  const dispatcher = startDispatcher({
    ...dispatching,
    pulse,
    pools: () => [ANY_POOL, ...fleet.hosts.flatMap(({ listing }) => listing.labels)],
    openIntake: (pool) => openIntakeTickets({ ...bull, pool }),
    tickets,
    openHand: (hostId) => hostTickets.openHand(hostId),
    async begin(hostId, job) {
      hostTickets.expect(hostId, await tickets.addToHost(hostId, 'execute', job))
    },
  })
  scope.use(startMakingRoom({ ...dispatching, holders }))
  scope.use(startEveningOut({ ...dispatching, holders }))
  scope.use(dispatcher)
  scope.defer(() => stopping.abort())
  fleet.onChange(() => dispatcher.update())
  const held = { inHand, hostTickets, slots, fleet, pulse, deferred, queues, pool, clock }
  const inRedis = { redis, subscriber, keys, store: handling.store, backlog, tickets }
  const debug = createDebugRoutes({ workerId, events: parts.events, ...held, ...inRedis })
  const told = { health, limits, hosts: () => fleet.hosts, taken: slots.taken }
  parts.telemetry.serve(told, debug)
  emit('worker:started', { workerId, hostIds: fleet.hosts.map(({ hostId }) => hostId) })
  return { health, debug }
}
