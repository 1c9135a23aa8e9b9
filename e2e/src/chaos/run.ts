/** One run of chaos: the cast is started, broken by schedule while jobs run, mended, waited for and judged. */
import { setMaxListeners } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger, createScope, type Scope } from '@safelight/runtime'
import { readExecutions, startCluster, until } from '@safelight/testkit'
import { addScrapedWorker } from '../monitoring/beside-cluster.ts'
import { codesOfFault } from '../monitoring/rules.ts'
import { setFaults } from '../testing/hosts.ts'
import { createRandom } from '../testing/random.ts'
import { startAudience } from './audience.ts'
import { startCounting } from './beside.ts'
import { createBlows } from './blows.ts'
import { type CountedVerdict, judgeCounted } from './counted.ts'
import { createFiles } from './files.ts'
import { readHandovers } from './handovers.ts'
import { hearJobs } from './heard.ts'
import { lastsMs, planHeld } from './held.ts'
import { type Ledger, openLedger } from './ledger.ts'
import { startLoad } from './load.ts'
import { submitCrowd } from './crowd.ts'
import { createListedHosts } from './listed-hosts.ts'
import { createObserver } from './observe.ts'
import type { Moment } from './report.ts'
import type { Act } from './schedule.ts'
import { watchSlots } from './slots.ts'
import { takeStock } from './stock.ts'
import { strikeAll } from './strike-all.ts'
import { judge, toAttemptOf, type Verdict } from './verdict.ts'
import { BLOWS, FREEZES } from './ways.ts'

export interface RunOptions {
  redisBinary: string
  durationMs: number
  seed: number
  /** Small jobs of one owner that wait when the first worker is killed. */
  waiting?: number
  /** It goes on until more than so many others are accepted, however slow the machine is. */
  atLeast?: number
  /** Logs of all processes are kept there. */
  folder?: string
  /** A Prometheus runs beside it. */
  prometheus?: boolean
  /** Nothing but freezes, and many cancels. */
  freeze?: boolean
  /** More settings of the workers. */
  worker?: Readonly<Record<string, string>>
  onMoment?: (moment: Moment) => void
  /** Cleans up and rejects. */
  signal: AbortSignal
}

const CAST = { apis: 2, workers: 3, hosts: 3 }
const DIALECTS = ['0.3.34', '0.3.64', '0.33.0'] as const
const WATCHERS = 20
const SLOTS = 2
/** For every accepted job to end, once everybody is well again. */
const SETTLE_MS = 4 * 60_000
/** And more for each of a crowd: it waits its turn. */
const SETTLE_PER_WAITING_MS = 250
/** While nearly all of a crowd still wait: hosts have made nothing until the run begins. */
const FULL: Act = { atMs: 1_500, target: 'worker-1', blow: { kind: 'kill' }, forMs: 2_000 }
const WATCHERS_SETTLE_MS = 60_000
const MOMENT_MS = 500

export async function runChaos(
  options: RunOptions,
): Promise<{ verdict: Verdict; startedAt: number; counted: CountedVerdict | null }> {
  const { redisBinary, durationMs, seed, waiting = 0, atLeast = 0, folder, signal } = options
  const way = options.freeze ? FREEZES : BLOWS
  const log = createLogger({ level: 'silent', name: 'chaos' })
  const scope = createScope('chaos')
  try {
    const ledger = options.prometheus ? await openOwnLedger(folder, scope) : null
    const cluster = await startCluster({
      redis: { binary: redisBinary },
      apis: CAST.apis,
      // when there is a list of hosts for them
      workers: 0,
      hosts: DIALECTS.map((dialect) => ({ dialect })),
      speed: way.speed,
      env: {
        api: { ...way.api, ...ledger?.env },
        worker: { ...way.worker, ...options.worker, ...ledger?.env },
      },
      adminPorts: options.prometheus ?? false,
      ...(folder ? { folder } : {}),
    })
    scope.use(cluster)
    signal.throwIfAborted()
    const urls = cluster.apis.map(({ url }) => url)
    const [accepted, crowd]: [string[], string[]] = [[], []]
    const all = () => [...accepted, ...crowd]
    const hold = (held: boolean) =>
      Promise.all(cluster.simulators.map((host) => setFaults(host, { held })))
    await hold(true)
    await submitCrowd({ urls, count: waiting, accepted: crowd, signal })
    const listed = await createListedHosts(cluster.folder, cluster.simulators, SLOTS)
    const hosts = { COMFYUI_HOSTS: '', SAFELIGHT_HOSTS_FILE: listed.file }
    const ports: number[] = []
    for (let n = 0; n < CAST.workers; n += 1) {
      if (ledger) ports.push(await addScrapedWorker(cluster, hosts))
      else cluster.addWorker(hosts)
    }
    await Promise.all(cluster.workers.map((worker) => worker.start()))
    const readSeen = ledger ? await startCounting(cluster, ports, scope) : null
    signal.throwIfAborted()
    await hold(false)
    const startedAt = Date.now()
    const { redisUrl, namespace } = cluster
    const observer = scope.use(createObserver({ redisUrl, namespace, accepted: all, log }))
    const [over, giveUp] = [new AbortController(), new AbortController()]
    // every watcher listens, and every blow
    setMaxListeners(0, over.signal, giveUp.signal)
    scope.defer(() => {
      over.abort()
      giveUp.abort()
    })
    signal.addEventListener('abort', () => [over, giveUp].forEach((one) => one.abort()))
    const heard = scope.use(await hearJobs(redisUrl, namespace))
    const files = createFiles(urls, createRandom(seed + 1))
    const load = startLoad({
      urls,
      files,
      random: createRandom(seed),
      accepted,
      ...way.load,
      heard,
      unfinished: () => observer.unfinished(accepted),
      signal: over.signal,
    })
    const watching = { urls, accepted, stop: over.signal, giveUp: giveUp.signal }
    const audience = startAudience({ watchers: WATCHERS, seed, ...watching })
    const blows = createBlows({ cluster, listed, log, signal: over.signal })
    const settled = new AbortController()
    scope.defer(() => settled.abort())
    const slots = watchSlots({ hosts: cluster.simulators, slots: SLOTS, signal: settled.signal })
    const moments = setInterval(() => {
      const { target, what } = blows.disruptions.at(-1) ?? { target: '', what: '' }
      const counts = { accepted: all().length, ended: observer.ended() }
      const elapsedMs = Date.now() - startedAt
      options.onMoment?.({ elapsedMs, totalMs: durationMs, ...counts, latest: `${target} ${what}` })
    }, MOMENT_MS)
    scope.defer(() => clearInterval(moments))

    const held = ledger ? planHeld(seed, durationMs) : []
    const scheduledMs = durationMs - held.reduce((sum, one) => sum + lastsMs(one), 0)
    const acts = way.plan(seed, scheduledMs, CAST)
    const heldBlows = await strikeAll({
      blows,
      acts: waiting > 0 ? [FULL, ...acts] : acts,
      held,
      durationMs: scheduledMs,
      signal,
    })
    await until(() => accepted.length > atLeast, {
      what: 'enough jobs',
      withinMs: SETTLE_MS,
      signal,
    })
    over.abort()
    await blows.mendAll()
    const endedAt = Date.now()
    await load.done
    await observer.untilAllEnded(SETTLE_MS + waiting * SETTLE_PER_WAITING_MS)
    settled.abort()
    await slots.done
    signal.throwIfAborted()
    const late = setTimeout(() => giveUp.abort(), WATCHERS_SETTLE_MS)
    await audience.done.finally(() => clearTimeout(late))

    const executions = await Promise.all(
      cluster.simulators.map(async ({ name, executionsFile }) =>
        (await readExecutions(executionsFile)).map((one) => ({ ...one, host: name })),
      ),
    )
    const { outputs, jobs, ...read } = await observer.readAll()
    const dataDir = join(cluster.folder, 'data')
    const [url = ''] = urls
    const stock = await takeStock({ url, redisUrl, namespace, dataDir, files, outputs, log })
    const verdict = judge({
      accepted: all(),
      ...read,
      stock,
      strange: files.strange,
      handovers: await readHandovers(cluster.folder),
      workers: CAST.workers,
      executions: executions.flat(),
      watches: audience.watches,
      canceled: load.canceled,
      canceledAt: heard.canceledAt,
      reordered: load.reordered,
      slots: SLOTS,
      overfull: slots.overfull,
      disruptions: blows.disruptions,
    })
    const counted =
      readSeen && ledger
        ? judgeCounted({
            jobs,
            endedAt,
            disruptions: blows.disruptions,
            held: heldBlows,
            seen: await readSeen(),
            lives: await ledger.read(),
            attemptOf: toAttemptOf(jobs.map(({ jobId }) => jobId)),
            ourCodes: codesOfFault('ours'),
          })
        : null
    return { verdict, startedAt, counted }
  } finally {
    await scope.close()
  }
}

/** Beside the logs, where those are kept. */
async function openOwnLedger(folder: string | undefined, scope: Scope): Promise<Ledger> {
  if (folder) return await openLedger(join(folder, 'told'))
  const own = await mkdtemp(join(tmpdir(), 'safelight-told-'))
  scope.defer(() => rm(own, { recursive: true, force: true }))
  return await openLedger(own)
}
