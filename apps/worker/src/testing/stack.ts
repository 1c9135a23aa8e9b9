/** A worker's surroundings for a test: a namespace in the real Redis, a data folder, and as many workers as it takes. */
import { tellNobody } from '@safelight/runtime'
import { randomUUID } from 'node:crypto'
import {
  isTerminal,
  type JobEvent,
  type JobLimits,
  type Snapshot,
  type Workflow,
} from '@safelight/shared'
import { assetIdsOf, findReferences } from '@safelight/comfyui'
import { type Simulator, type SimulatorOptions, startSimulator } from '@safelight/simulator'
import {
  type AssetStore,
  type AttemptRecord,
  type Backlog,
  createBacklog,
  createHostFiles,
  createHostRegistry,
  createOrphans,
  createQueues,
  createReconciler,
  createTickets,
  type HostFiles,
  type HostRegistry,
  type HostReport,
  hostReportSchema,
  type JobNeeds,
  type JobStore,
  type Keys,
  NO_NEEDS,
  parseWorkflow,
  publishControl,
} from '@safelight/store'
import { type HostsFile, openHostsFile, until } from '@safelight/testkit'
import { openTestBed } from '@safelight/testkit/vitest'
import { afterEach, beforeEach } from 'vitest'
import { createWorkerApp, type WorkerApp, type WorkerOptions } from '../app.ts'
import { workerConfigSchema } from '../config.ts'
import { type TimingOverrides, toWorkerTimings } from '../override-timings.ts'
import { PATIENT, QUICK_TIMINGS } from './quick-timings.ts'
import { startWorkerProcess, type WorkerProcess } from './worker-process.ts'

export { until } from '@safelight/testkit'

export interface WorkerStack {
  keys: Keys
  store: JobStore
  assets: AssetStore
  backlog: Backlog
  /** The hosts as the API sees them. */
  hosts: HostRegistry
  /** The files that hosts list, as the API sees them. */
  files: HostFiles
  /** What each worker reports of a host. */
  reports(hostId: string): Promise<HostReport[]>
  dataDir: string
  /** There is none before its first list; a worker drives its hosts when `env` names it. */
  hostsFile: HostsFile
  /** What `startHost` has started, in this order. */
  simulators: readonly Simulator[]
  /** At 20 times the speed of life, unless asked for another. Closed after all workers. */
  startHost(options?: SimulatorOptions): Promise<Simulator>
  startWorker(
    hosts: readonly string[],
    options?: { env?: Record<string, string> } & WorkerOptions,
  ): Promise<WorkerApp>
  /** The same as a process of its own; killed with the stack, if it still lives. */
  startProcess(hosts: readonly string[], env?: Record<string, string>): Promise<WorkerProcess>
  /** Accepted and on the queue. */
  submit(
    /** As text: with its nodes in an order of their own. */
    workflow: Workflow | string,
    limits?: Partial<JobLimits>,
    place?: {
      owner?: string
      pool?: string
      priority?: number
      classes?: string[]
      files?: string[]
      listed?: JobNeeds['listed']
      trace?: string
    },
  ): Promise<string>
  /** As the API does it, for a job that waits. */
  setPriority(jobId: string, priority: number): Promise<void>
  /** As the API does it; `silent` leaves out the control message. */
  cancel(jobId: string, options?: { silent?: boolean }): Promise<void>
  /** The first snapshot that passes. */
  when(jobId: string, test: (snapshot: Snapshot) => boolean): Promise<Snapshot>
  end(jobId: string): Promise<Snapshot>
  /** What workers noted of the last attempt. Reading it takes the claim from whoever holds it. */
  lastAttempt(jobId: string): Promise<AttemptRecord | null>
  events(jobId: string): Promise<{ events: JobEvent[]; complete: boolean }>
  close(): Promise<void>
}

export interface WorkerStackOptions {
  /** With the durations of real life; quick ones unless asked for. */
  real?: boolean
  /** How long the jobs of a host that nobody drives wait there. */
  adoptWaitMs?: number
  /** Between two rounds of the reconciler. None unless asked for: it would hide that a ticket gets lost. */
  reconcileMs?: number
}

/** Longer than any test. */
const NEVER_MS = 3_600_000

/** On the run's own Redis. */
export async function startWorkerStack(options: WorkerStackOptions = {}): Promise<WorkerStack> {
  const { scope, keys, redis, store, assets, dataDir, log, ...bed } = await openTestBed()
  const stackTimings: TimingOverrides = options.real ? {} : QUICK_TIMINGS
  const backlog = createBacklog({ redis, keys })
  const tickets = createTickets(scope.use(createQueues({ redis, keys })))
  const registry = createHostRegistry({ redis, keys })
  // as every API has one
  const reconciler = createReconciler({
    emit: tellNobody,
    redis,
    keys,
    store,
    backlog,
    tickets,
    hosts: registry,
    orphans: createOrphans({ redis, keys }),
    adoptWaitMs: options.adoptWaitMs ?? 1_000,
    log,
  })
  scope.use(reconciler.start({ everyMs: options.reconcileMs ?? NEVER_MS }))

  const toEnv = (hosts: readonly string[], env: Record<string, string>) => ({
    ...bed.env,
    // none: then `env` names a file of them
    ...(hosts.length > 0 ? { COMFYUI_HOSTS: hosts.join(',') } : {}),
    ...env,
  })
  const simulators: Simulator[] = []
  const stack: WorkerStack = {
    keys,
    store,
    assets,
    backlog,
    hosts: registry,
    files: createHostFiles({ redis, keys }),
    async reports(hostId) {
      const reports = await redis.hvals(keys.hosts)
      return reports
        .map((json) => hostReportSchema.parse(JSON.parse(json)))
        .filter((report) => report.hostId === hostId)
    },
    dataDir,
    hostsFile: openHostsFile(bed.folder),
    simulators,
    async startHost(given) {
      const host = await startSimulator({ speed: 20, ...given })
      simulators.push(host)
      return host
    },
    async startWorker(hosts, { env = {}, timings, ...given } = {}) {
      const config = workerConfigSchema.parse(toEnv(hosts, { LOG_LEVEL: 'silent', ...env }))
      const all = { ...given, timings: toWorkerTimings(stackTimings, PATIENT, timings) }
      return scope.use(await createWorkerApp(config, all))
    },
    async startProcess(hosts, env = {}) {
      const worker = await startWorkerProcess(
        toEnv(hosts, {
          LOG_LEVEL: 'info',
          SAFELIGHT_TIMINGS: JSON.stringify(stackTimings),
          ...env,
        }),
      )
      scope.defer(async () => {
        worker.kill('SIGKILL')
        await worker.gone
      })
      return worker
    },
    async submit(workflow, limits = {}, place = {}) {
      const { owner = 'default', pool = null, priority = 0, trace = null, ...needs } = place
      const jobId = randomUUID()
      const graph = typeof workflow === 'string' ? parseWorkflow(workflow) : workflow
      await store.accept({
        jobId,
        workflow,
        inputs: assetIdsOf(findReferences(graph)),
        owner,
        pool,
        priority,
        cost: 1_000,
        weight: 1,
        needs: { ...NO_NEEDS, ...needs },
        metadata: null,
        idempotencyKey: null,
        trace,
        limits: { startBy: null, timeoutMs: null, nodeRetries: 0, ...limits },
      })
      await tickets.announce({ jobId, pool })
      return jobId
    },
    async setPriority(jobId, priority) {
      const queued = { type: 'status', status: 'queued', phase: null, priority } as const
      await store.append(jobId, ({ status }) => (status === 'queued' ? queued : null))
    },
    async cancel(jobId, { silent = false } = {}) {
      await store.append(jobId, ({ status, phase }) =>
        status === 'queued'
          ? { type: 'status', status: 'canceled', phase: null }
          : { type: 'status', status: 'canceling', phase },
      )
      if (!silent) await publishControl(redis, keys, { type: 'cancel', jobId })
    },
    when: (jobId, test) =>
      until(async () => {
        const snapshot = await store.load(jobId)
        return snapshot && test(snapshot) ? snapshot : null
      }),
    async lastAttempt(jobId) {
      const claim = await store.claim(jobId)
      if (claim) await store.putDown(jobId, claim.token)
      return claim?.lastAttempt ?? null
    },
    end: (jobId) => stack.when(jobId, ({ status }) => isTerminal(status)),
    events: (jobId) => store.eventsAfter(jobId, 0),
    async close() {
      try {
        await bed.close()
      } finally {
        await Promise.all(simulators.map((host) => host.close()))
      }
    },
  }
  return stack
}

/** Before each test of a file a stack and a host, closed after it. */
export function eachWithHost(
  take: (opened: { stack: WorkerStack; host: Simulator }) => void,
  options: SimulatorOptions = {},
): void {
  let stack: WorkerStack
  beforeEach(async () => {
    stack = await startWorkerStack()
    take({ stack, host: await stack.startHost(options) })
  })
  afterEach(() => stack.close())
}
