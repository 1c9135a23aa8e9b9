/** The host registry: what workers report of the hosts they drive, what holds for a host whoever drives it, and what it can run. */
import type { Redis } from 'ioredis'
import {
  type HostDrain,
  type SharedHostFacts,
  type HostReport,
  hostReportSchema,
  readDrain,
  readJson,
  type StuckPrompt,
  stuckPromptSchema,
} from './hosts/host-report.ts'
import { mergeReports, type ReportedHost } from './hosts/merge-reports.ts'
import type { Keys } from './keys.ts'
import { bindScript, type Script } from './bind-script.ts'
import { createClassRecords } from './hosts/class-records.ts'
import type { StoredNodeClasses } from './node-classes.ts'
import { type Now, toRedisTime } from './redis-time.ts'
import { ask } from './redis-unavailable.ts'
import { type StoreTimings, toStoreTimings } from './timings.ts'

/**
 * KEYS 1 stuck prompts (HASH hostId → JSON)
 * ARGV 1 hostId · 2 the JSON of the prompt that is known to be gone
 * Returns 1 when it was taken back, 0 when another prompt (or none) is on record.
 * Channels: none.
 */
const CLEAR_STUCK: Script = {
  name: 'safelightClearStuck',
  lua: `
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
return redis.call('HDEL', KEYS[1], ARGV[1])
`,
}

export interface HostRegistry {
  report(...reports: HostReport[]): Promise<void>
  /** Every host reported within a day, or drained, by id; one that no worker reports any more is offline. */
  list(): Promise<ReportedHost[]>
  /** Workers of the version before, which dispatch one job for each ticket. */
  haveOlderWorkers(): Promise<boolean>
  /** How many jobs of one owner may have a slot at once, as the workers say that are there: the least of them; null: no limit. */
  ownerLimit(): Promise<number | null>
  /** Keeps new prompts from the host until it is resumed. Null when no such host is known. */
  drain(hostId: string, reason: string | null): Promise<ReportedHost | null>
  /** Null when no such host is known. */
  resume(hostId: string): Promise<ReportedHost | null>
  /** What holds for these hosts whoever drives them, in the same order. */
  sharedFacts(hostIds: readonly string[]): Promise<SharedHostFacts[]>
  /** The host's executor is dead: no worker may give it a prompt while this one stands still there. */
  reportStuck(hostId: string, prompt: StuckPrompt): Promise<void>
  /** The prompt is gone from there. */
  clearStuck(hostId: string, prompt: StuckPrompt): Promise<void>
  saveNodeClasses(hostId: string, classes: StoredNodeClasses): Promise<void>
  /** hostId → classes, of every host known within a day: one that is restarting can still run what it could. */
  nodeClasses(): Promise<Map<string, StoredNodeClasses>>
}

export interface HostRegistryDeps {
  redis: Redis
  keys: Keys
  now?: Now
  timings?: Partial<StoreTimings>
}

export function createHostRegistry(deps: HostRegistryDeps): HostRegistry {
  const { redis, keys, now = toRedisTime(deps.redis) } = deps
  const { hostFreshMs, hostKnownMs } = toStoreTimings(deps.timings)
  const clearStuck = bindScript(redis, CLEAR_STUCK)
  const classRecords = createClassRecords({ redis, keys, now, hostKnownMs })
  const fieldOf = ({ hostId, workerId, instance }: HostReport) =>
    instance === '' ? `${hostId} ${workerId}` : `${hostId} ${workerId} ${instance}`

  async function readReports(): Promise<HostReport[]> {
    const entries = await ask(redis.hvals(keys.hosts))
    // a worker of another version may write what we cannot read: it is not our host list then
    return entries.flatMap((json) => readJson(hostReportSchema, json) ?? [])
  }

  async function readDrains(): Promise<Map<string, HostDrain>> {
    const entries = Object.entries(await ask(redis.hgetall(keys.hostDrains)))
    return new Map(entries.map(([id, json]) => [id, readDrain(json)]))
  }

  async function list(): Promise<ReportedHost[]> {
    const [reports, drains] = await Promise.all([readReports(), readDrains()])
    const views: ReportedHost[] = []
    const nowMs = await now()
    for (const hostId of new Set(reports.map((report) => report.hostId))) {
      const all = reports.filter((report) => report.hostId === hostId)
      const known = all.filter(({ at }) => at >= nowMs - hostKnownMs)
      const drain = drains.get(hostId) ?? null
      // a drained host stays in the list, or nobody could resume it
      const kept = withoutOld(drain && known.length === 0 ? all : known, nowMs - hostFreshMs)
      const forgotten = all.filter((report) => !kept.includes(report))
      if (forgotten.length > 0) await ask(redis.hdel(keys.hosts, ...forgotten.map(fieldOf)))
      if (kept.length === 0) continue
      views.push(mergeReports(hostId, kept, { drain, freshSince: nowMs - hostFreshMs }))
    }
    return views.sort((one, other) => one.id.localeCompare(other.id))
  }

  const find = async (hostId: string) => (await list()).find(({ id }) => id === hostId) ?? null

  return {
    list,
    async haveOlderWorkers() {
      const freshSince = (await now()) - hostFreshMs
      const reports = await readReports()
      return reports.some(({ at, left, wakes }) => at >= freshSince && !left && !wakes)
    },
    async ownerLimit() {
      const freshSince = (await now()) - hostFreshMs
      const reports = (await readReports()).filter(({ at, left }) => at >= freshSince && !left)
      const least = Math.min(...reports.map(({ ownerLimit }) => ownerLimit ?? Infinity))
      return Number.isFinite(least) ? least : null
    },
    async report(...reports) {
      if (reports.length === 0) return
      const entries = reports.map((report) => [fieldOf(report), JSON.stringify(report)] as const)
      await ask(redis.hset(keys.hosts, new Map(entries)))
    },
    async drain(hostId, reason) {
      const known = await find(hostId)
      if (!known) return null
      const at = known.drain ? Date.parse(known.drain.since) : await now()
      const drain: HostDrain = { reason, at }
      await ask(redis.hset(keys.hostDrains, hostId, JSON.stringify(drain)))
      return find(hostId)
    },
    async resume(hostId) {
      if (!(await find(hostId))) return null
      await ask(redis.hdel(keys.hostDrains, hostId))
      return find(hostId)
    },
    async sharedFacts(hostIds) {
      if (hostIds.length === 0) return []
      const [drains, stuck] = await Promise.all([
        ask(redis.hmget(keys.hostDrains, ...hostIds)),
        ask(redis.hmget(keys.hostStuck, ...hostIds)),
      ])
      return hostIds.map((_, at) => ({
        drain: drains[at] == null ? null : readDrain(drains[at]),
        stuck: readJson(stuckPromptSchema, stuck[at] ?? 'null'),
      }))
    },
    async reportStuck(hostId, prompt) {
      await ask(redis.hset(keys.hostStuck, hostId, toStuckJson(prompt)))
    },
    async clearStuck(hostId, prompt) {
      await clearStuck([keys.hostStuck], [hostId, toStuckJson(prompt)])
    },
    saveNodeClasses: (hostId, classes) => classRecords.save(hostId, classes),
    async nodeClasses() {
      const seen = new Map<string, number>()
      for (const { hostId, seenAt } of await readReports())
        if (seenAt !== null) seen.set(hostId, Math.max(seenAt, seen.get(hostId) ?? 0))
      return classRecords.load(seen)
    },
  }
}

/** Of processes that are gone: they say when the host moved last. One that starts again and again leaves many. */
const MAX_GONE = 10

function withoutOld(reports: readonly HostReport[], freshSince: number): HostReport[] {
  const isThere = ({ left, at }: HostReport) => !left && at >= freshSince
  const gone = reports.filter((report) => !isThere(report))
  const newest = gone.toSorted((one, other) => other.at - one.at).slice(0, MAX_GONE)
  return [...reports.filter(isThere), ...newest]
}

/** Compared as text: always written in the same order. */
const toStuckJson = ({ promptId, begun }: StuckPrompt) => JSON.stringify({ promptId, begun })
