/** One run of chaos: the cast is started, broken by schedule while jobs run, mended, waited for and judged. */
import { setMaxListeners } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { createLogger, createScope } from '@safelight/runtime'
import { readExecutions, startCluster } from '@safelight/testkit'
import { createRandom } from '../testing/random.ts'
import { startAudience } from './audience.ts'
import { createBlows } from './blows.ts'
import { startLoad } from './load.ts'
import { createObserver } from './observe.ts'
import type { Moment } from './report.ts'
import { planSchedule } from './schedule.ts'
import { judge, type Verdict } from './verdict.ts'

export interface RunOptions {
  redisBinary: string
  durationMs: number
  seed: number
  /** Logs of all processes are kept there. */
  folder?: string
  /** More settings of the workers. */
  worker?: Readonly<Record<string, string>>
  onMoment?: (moment: Moment) => void
  /** Cleans up and rejects. */
  signal: AbortSignal
}

const CAST = { apis: 2, workers: 3, hosts: 3 }
const DIALECTS = ['0.3.34', '0.3.64', '0.33.0'] as const
const WATCHERS = 20
const SPEED = 5
const SUBMIT_EVERY_MS = 900
const MOST_UNFINISHED = 30
/** For every accepted job to end, once everybody is well again. */
const SETTLE_MS = 4 * 60_000
const WATCHERS_SETTLE_MS = 60_000
const MOMENT_MS = 500

const ENV = {
  api: { SHUTDOWN_TIMEOUT: '3s' },
  worker: {
    // longer than any host is frozen: a host that is given up while it still works is another failure
    HOST_TIMEOUT: '20s',
    STALL_TIMEOUT: '8s',
    STOP_TIMEOUT: '8s',
    DRAIN_TIMEOUT: '2s',
  },
}

export async function runChaos(
  options: RunOptions,
): Promise<{ verdict: Verdict; startedAt: number }> {
  const { redisBinary, durationMs, seed, folder, signal } = options
  const log = createLogger({ level: 'silent', name: 'chaos' })
  const scope = createScope('chaos')
  try {
    const cluster = await startCluster({
      redis: { binary: redisBinary },
      apis: CAST.apis,
      workers: CAST.workers,
      hosts: DIALECTS.map((dialect) => ({ dialect })),
      speed: SPEED,
      env: { ...ENV, worker: { ...ENV.worker, ...options.worker } },
      ...(folder ? { folder } : {}),
    })
    scope.use(cluster)
    signal.throwIfAborted()
    const startedAt = Date.now()
    const urls = cluster.apis.map(({ url }) => url)
    const accepted: string[] = []
    const { redisUrl, namespace } = cluster
    const observer = scope.use(createObserver({ redisUrl, namespace, accepted, log }))
    const [over, giveUp] = [new AbortController(), new AbortController()]
    // every watcher listens, and every blow
    setMaxListeners(0, over.signal, giveUp.signal)
    scope.defer(() => {
      over.abort()
      giveUp.abort()
    })
    signal.addEventListener('abort', () => [over, giveUp].forEach((one) => one.abort()))
    const load = startLoad({
      urls,
      random: createRandom(seed),
      accepted,
      everyMs: SUBMIT_EVERY_MS,
      mostUnfinished: MOST_UNFINISHED,
      unfinished: () => accepted.length - observer.ended(),
      signal: over.signal,
    })
    const watching = { urls, accepted, stop: over.signal, giveUp: giveUp.signal }
    const audience = startAudience({ watchers: WATCHERS, seed, ...watching })
    const blows = createBlows({ cluster, log, signal: over.signal })
    const moments = setInterval(() => {
      const { target, what } = blows.disruptions.at(-1) ?? { target: '', what: '' }
      const counts = { accepted: accepted.length, ended: observer.ended() }
      const elapsedMs = Date.now() - startedAt
      options.onMoment?.({ elapsedMs, totalMs: durationMs, ...counts, latest: `${target} ${what}` })
    }, MOMENT_MS)
    scope.defer(() => clearInterval(moments))

    const blowing: Promise<void>[] = []
    for (const act of planSchedule(seed, durationMs, CAST)) {
      await delay(Math.max(0, startedAt + act.atMs - Date.now()), undefined, { signal })
      blowing.push(blows.strike(act))
    }
    await delay(Math.max(0, startedAt + durationMs - Date.now()), undefined, { signal })
    over.abort()
    await Promise.all(blowing)
    await blows.mendAll()
    await load.done
    await observer.untilAllEnded(SETTLE_MS)
    signal.throwIfAborted()
    const late = setTimeout(() => giveUp.abort(), WATCHERS_SETTLE_MS)
    await audience.done.finally(() => clearTimeout(late))

    const executions = await Promise.all(
      cluster.simulators.map(async ({ name, executionsFile }) =>
        (await readExecutions(executionsFile)).map((one) => ({ ...one, host: name })),
      ),
    )
    const verdict = judge({
      accepted,
      ...(await observer.readAll()),
      executions: executions.flat(),
      watches: audience.watches,
      canceled: load.canceled,
      disruptions: blows.disruptions,
    })
    return { verdict, startedAt }
  } finally {
    await scope.close()
  }
}
