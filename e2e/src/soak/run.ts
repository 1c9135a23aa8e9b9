/** One soak: a deployment whose retentions are short is used in every way, and looked at until the time is over. */
import { setMaxListeners } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { createScope } from '@safelight/runtime'
import { openHostsFile, startCluster } from '@safelight/testkit'
import { createRandom } from '../testing/random.ts'
import { lookAtFiles } from './files.ts'
import { startGuests } from './guests.ts'
import { POOL, startLoad } from './load.ts'
import { adminOf, toCollecting, lookAt } from './processes.ts'
import { createRedisLook } from './redis-look.ts'
import { type Figure, judge, type Sample, type Verdict } from './verdict.ts'
import { startWatchers } from './watchers.ts'

export interface SoakRun {
  redisBinary: string
  durationMs: number
  jobsPerMinute: number
  seed: number
  /** Logs and data of all processes are there. */
  folder: string
  onLook?: (told: string) => void
  signal: AbortSignal
}

export interface Soaked {
  samples: Sample[]
  verdict: Verdict
  accepted: number
  watched: number
  previews: number
  guests: number
  refused: ReadonlyMap<string, number>
}

const LOOK_MS = 10_000
/** Everything that is kept for a while is kept for this, or less: after twice as long all of it comes and goes. */
const KEPT = '60s'
const KEPT_MS = 60_000
/** The engine goes on compiling what runs now and then: of two heaps half an hour apart, all that was new was code. */
const WARM_UP_MS = 15 * 60_000
/** Of a short run so much counts all the same. */
const WARM_UP_SHARE = 1 / 3
const WATCHERS = 16
const SPEED = 40
const MOST_OPEN = 60
const GUEST = { stayMs: 40_000, awayMs: 20_000 }

const STORE = {
  hostKnownMs: 2 * KEPT_MS,
  orphanKeptMs: KEPT_MS,
  stagedKnownMs: 2 * KEPT_MS,
  idempotencyMs: KEPT_MS,
  previewKeptMs: KEPT_MS / 2,
  assetKeptMs: 2 * KEPT_MS,
  assetLookAgainMs: 5_000,
  recordSlackMs: 5_000,
  streamAfterEndMs: KEPT_MS / 2,
  secretsMs: KEPT_MS,
}

const ENV = {
  RETENTION: KEPT,
  DEAD_LETTER_RETENTION: '90s',
  ADOPT_WAIT: '5s',
  ADMIN_PORT: '0',
}
const API = {
  ...ENV,
  ASSET_RETENTION: '90s',
  JANITOR_EVERY: '5s',
  SAFELIGHT_TIMINGS: JSON.stringify({ store: STORE }),
}
const WORKER = {
  ...ENV,
  MAX_ATTEMPTS: '2',
  DRAIN_TIMEOUT: '2s',
  SAFELIGHT_TIMINGS: JSON.stringify({
    store: STORE,
    stagedKeptMs: KEPT_MS,
    stagedGoneMs: KEPT_MS / 2,
    tidyInputsEveryMs: 5_000,
  }),
}

export async function runSoak(options: SoakRun): Promise<Soaked> {
  const { redisBinary, durationMs, jobsPerMinute, seed, folder, signal } = options
  const scope = createScope('soak')
  try {
    const tmp = join(folder, 'tmp')
    await mkdir(tmp, { recursive: true })
    const ours = { TMPDIR: tmp, ...toCollecting(folder) }
    const cluster = await startCluster({
      redis: { binary: redisBinary, appendfsync: 'everysec' },
      apis: 2,
      workers: 0,
      hosts: [{}, {}, {}],
      speed: SPEED,
      folder,
      env: { api: { ...API, ...ours }, worker: { ...WORKER, ...ours } },
    })
    scope.use(cluster)
    const [one, two, visited] = cluster.simulators
    if (!one || !two || !visited) throw new Error('three hosts were asked for')
    await mkdir(join(folder, 'own'))
    const hosts = openHostsFile(join(folder, 'own'))
    await hosts.list(
      { name: 'host-1', url: one.url },
      { name: 'host-2', url: two.url, labels: [POOL] },
    )
    const listed = { COMFYUI_HOSTS: '', SAFELIGHT_HOSTS_FILE: hosts.path }
    for (let n = 0; n < 2; n += 1) await cluster.addWorker(listed).start()
    const processes = [...cluster.apis, ...cluster.workers]
    const admins = await Promise.all(processes.map(adminOf))

    const over = new AbortController()
    setMaxListeners(0, over.signal)
    signal.addEventListener('abort', () => over.abort())
    scope.defer(() => over.abort())
    const urls = cluster.apis.map(({ url }) => url)
    const [latest, previewed]: [string[], string[]] = [[], []]
    const redis = scope.use(createRedisLook(cluster.redisUrl, cluster.namespace))
    let open = 0
    const guests = startGuests({ cluster, url: visited.url, ...GUEST, signal: over.signal })
    const load = startLoad({
      urls,
      random: createRandom(seed),
      everyMs: 60_000 / jobsPerMinute,
      latest,
      previewed,
      mostOpen: MOST_OPEN,
      open: () => open,
      guestPool: () => guests.pool(),
      signal: over.signal,
    })
    const audience = { urls, latest, previewed, count: WATCHERS, seed, signal: over.signal }
    const watchers = startWatchers(audience)
    const counting = setInterval(() => {
      void redis.open().then(
        (count) => (open = count),
        () => undefined,
      )
    }, 1_000)
    scope.defer(() => clearInterval(counting))

    const startedAt = performance.now()
    const samples: Sample[] = []
    let before: { ended: number; cpuMs: Map<string, number> } | null = null
    async function look(): Promise<void> {
      const atMs = performance.now() - startedAt
      const ended = load.accepted() - (await redis.open())
      const looks = await Promise.all(
        processes.map(async (told, at) => ({
          name: told.name,
          look: await lookAt(told, admins[at] ?? ''),
        })),
      )
      const cpuMs = new Map(looks.map(({ name, look }) => [name, look?.cpuMs ?? Number.NaN]))
      const jobs = ended - (before?.ended ?? ended)
      const perJob = [...cpuMs].flatMap(([name, ms]): Figure[] => {
        const spent = ms - (before?.cpuMs.get(name) ?? Number.NaN)
        // what is spent for watchers and for nobody is in it: the pace stays the same
        return jobs > 0 && spent >= 0
          ? [{ name: `${name} CPU per job`, unit: 'ms', value: spent / jobs }]
          : []
      })
      before = { ended, cpuMs }
      const store = { store: join(folder, 'data'), tmp }
      const figures = [
        ...looks.flatMap(({ look: seen }) => seen?.figures ?? []),
        ...perJob,
        ...(await redis.figures()),
        ...(await lookAtFiles(store)),
        { name: 'jobs that have not ended', unit: 'count', value: open, told: true } as const,
        { name: 'jobs ended per look', unit: 'count', value: jobs, told: true } as const,
      ]
      samples.push({ atMs, figures })
      options.onLook?.(
        `${Math.round(atMs / 1_000)} s of ${Math.round(durationMs / 1_000)}: ${load.accepted()} accepted, ${open} open, ${watchers.watched()} watches, ${watchers.previews()} previews, ${redis.strangers.size} strange keys`,
      )
    }

    while (performance.now() - startedAt < durationMs) {
      await delay(Math.min(LOOK_MS, durationMs / 3), undefined, { signal })
      await look()
    }
    over.abort()
    await Promise.all([load.done, watchers.done, guests.done])
    const warmUpMs = Math.min(WARM_UP_MS, durationMs * WARM_UP_SHARE)
    return {
      samples,
      verdict: judge(samples, redis.strangers, warmUpMs),
      accepted: load.accepted(),
      watched: watchers.watched(),
      previews: watchers.previews(),
      guests: guests.came(),
      refused: load.refused,
    }
  } finally {
    await scope.close()
  }
}
