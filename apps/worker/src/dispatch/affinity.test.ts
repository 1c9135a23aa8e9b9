/** Dispatch over time, with hosts that are nothing but a clock: how often they load, and how long anybody is overtaken. */
import { ANY_POOL, type Candidate, NO_NEEDS } from '@safelight/store'
import { describe, expect, it } from 'vitest'
import { type AffinityLimits, pickJob } from './pick-job.ts'

interface Played {
  loads: number
  /** The most that any job was. */
  overtaken: number
  /** From the first time that a job was overtaken to the last, the longest. */
  overtakenMs: number
}

interface Scene {
  jobs: number
  models: number
  hosts: number
  seed: number
}

const JOB_MS = 1_000
const LOAD_MS = 5_000
const SLOTS = 2
/** As many as dispatch looks at. */
const SEEN = 64

/** Park and Miller: any even spread will do. */
function createDice(seed: number): (n: number) => number {
  let state = seed
  return (n) => {
    state = (state * 48_271) % 2_147_483_647
    return state % n
  }
}

const modelOf = ({ needs }: Candidate) => needs.files[0] ?? ''

function toBacklog({ jobs, models }: Scene, dice: (n: number) => number): Candidate[] {
  return Array.from({ length: jobs }, (_, at) => ({
    jobId: String(at),
    pool: ANY_POOL,
    lag: at,
    band: 1_000,
    needs: { ...NO_NEEDS, files: [`model-${dice(models)}`] },
    overtaken: { count: 0, firstAt: null },
    aged: false,
  }))
}

/** A host runs what it is given in order, and has room for one model. */
function createHost(hostId: string) {
  return { hostId, ends: [] as number[], model: '', loaded: new Set<string>() }
}
type Host = ReturnType<typeof createHost>

function play(scene: Scene, affinity: AffinityLimits): Played {
  const dice = createDice(scene.seed)
  let waiting = toBacklog(scene, dice)
  const hosts = Array.from({ length: scene.hosts }, (_, at) => createHost(`host-${at}`))
  const played: Played = { loads: 0, overtaken: 0, overtakenMs: 0 }

  function overtake(jobIds: readonly string[], nowMs: number): void {
    waiting = waiting.map((job) => {
      if (!jobIds.includes(job.jobId)) return job
      const { count, firstAt } = job.overtaken
      played.overtaken = Math.max(played.overtaken, count + 1)
      played.overtakenMs = Math.max(played.overtakenMs, nowMs - (firstAt ?? nowMs))
      return { ...job, overtaken: { count: count + 1, firstAt: firstAt ?? nowMs } }
    })
  }

  function fill(host: Host, nowMs: number): void {
    const others = hosts.filter((other) => other !== host)
    const offer = {
      hostId: host.hostId,
      classes: new Set<string>(),
      files: new Map(),
      loaded: host.loaded,
      elsewhere: others.map(({ loaded }) => loaded),
      hasMostMemory: true,
    }
    const pick = pickJob(waiting.slice(0, SEEN), offer, { affinity, nowMs })
    const job = waiting.find(({ jobId }) => jobId === pick?.jobId)
    if (!pick || !job) throw new Error('somebody waits, and nobody was picked')
    waiting = waiting.filter((other) => other !== job)
    overtake(pick.overtaken, nowMs)
    const loads = host.model !== modelOf(job)
    if (loads) played.loads += 1
    host.model = modelOf(job)
    host.loaded = new Set(job.needs.files)
    const ms = JOB_MS / 2 + dice(JOB_MS) + (loads ? LOAD_MS : 0)
    host.ends.push(Math.max(nowMs, host.ends.at(-1) ?? nowMs) + ms)
  }

  for (let nowMs = 0; waiting.length > 0; nowMs = Math.min(...hosts.flatMap(({ ends }) => ends))) {
    for (const host of hosts) host.ends = host.ends.filter((end) => end > nowMs)
    for (;;) {
      const [open] = hosts
        .filter(({ ends }) => ends.length < SLOTS)
        .toSorted((one, other) => one.ends.length - other.ends.length)
      if (!open || waiting.length === 0) break
      fill(open, nowMs)
    }
  }
  return played
}

const NEVER: AffinityLimits = { count: 0, ms: 0 }
/** The worker's default count; its time is met by jobs that take longer than these. */
const DEFAULT: AffinityLimits = { count: 16, ms: 10 * 60_000 }
const SEEDS = [1, 2, 3, 5, 8, 13, 21, 34]
const scene = (seed: number): Scene => ({ jobs: 200, models: 4, hosts: 2, seed })

describe('200 jobs over 4 models on 2 hosts, in any order', () => {
  it.each(SEEDS)('load at most a fifth of first come, first served (seed %i)', (seed) => {
    const first = play(scene(seed), NEVER)
    const best = play(scene(seed), DEFAULT)
    expect(first).toMatchObject({ overtaken: 0, overtakenMs: 0 })
    expect(5 * best.loads).toBeLessThanOrEqual(first.loads)
    expect(best.overtaken).toBeLessThanOrEqual(DEFAULT.count)
  })

  it.each(SEEDS)('keep to the bound of time, too (seed %i)', (seed) => {
    const limits = { count: 1_000, ms: 20_000 }
    const { loads, overtakenMs } = play(scene(seed), limits)
    expect(overtakenMs).toBeLessThan(limits.ms)
    expect(overtakenMs).toBeGreaterThan(limits.ms / 2)
    expect(loads).toBeLessThan(play(scene(seed), NEVER).loads / 2)
  })
})

it.each([
  ['settle on one each', { hosts: 4, models: 4 }, 4],
  ['share one host', { hosts: 1, models: 4 }, 5],
  ['are fewer than the hosts', { hosts: 4, models: 2 }, 5],
  // every one of them waits for seven others
  ['are many for few hosts', { hosts: 2, models: 8 }, 2],
])('models that %s load less than first come, first served', (_, over, factor) => {
  for (const seed of SEEDS) {
    const first = play({ ...scene(seed), ...over }, NEVER)
    const best = play({ ...scene(seed), ...over }, DEFAULT)
    expect(factor * best.loads).toBeLessThanOrEqual(first.loads)
    expect(best.overtaken).toBeLessThanOrEqual(DEFAULT.count)
  }
})
