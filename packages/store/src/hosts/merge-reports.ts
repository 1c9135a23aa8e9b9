/**
 * One host as its workers report it, made one view. Pure.
 *
 * Only workers heard of lately count; when there is none, the host is offline: `no_worker`. Of the others:
 *
 *   quarantined  as soon as one says so: a dead executor is dead for all
 *   offline      when all say so; when only some do, the host is degraded: `partly_reachable`
 *   starting     when all that reach it say so
 *   draining     when the drain is on record; nothing is dispatched there from that moment on, whatever workers know;
 *                or when all that reach it are leaving, and give it nothing new: what runs there goes on for a while
 *   degraded, busy, ready   the worst that anyone says: each sees only its own prompts and sockets
 *
 * `since` is the earliest of those who say what counts, the reason is the latest one's. What only a look
 * at the host tells (version, devices, depth of its queue) comes from whoever saw it last; its models come
 * from whoever learned of them last, be it that a workflow ran or that the host was away.
 */
import { type HostReason, type HostState, type HostView, toHostReason } from '@safelight/shared'
import type { HostDrain, HostReport } from './host-report.ts'

/** What reports tell of a host. Which jobs are there comes some 100 ms late: the records know it, see jobs-there.ts. */
export type ReportedHost = Omit<HostView, 'collecting'>

export interface MergeOptions {
  drain: HostDrain | null
  /** Reports from before this are history. */
  freshSince: number
}

interface JudgedState {
  state: HostState
  reason: HostReason
  since: number
}

/** @param reports all of one host, at least one */
export function mergeReports(
  hostId: string,
  reports: readonly HostReport[],
  { drain, freshSince }: MergeOptions,
): ReportedHost {
  const fresh = reports.filter((report) => !report.left && report.at >= freshSince)
  const known = fresh.length > 0 ? fresh : reports
  const seen = latest(known, ({ seenAt }) => seenAt ?? 0)
  const judged = judge(fresh, drain) ?? {
    state: 'offline',
    reason: toHostReason('no_worker'),
    since: greatest(reports.map(({ at }) => at)) ?? 0,
  }
  return {
    id: hostId,
    state: judged.state,
    reason: judged.reason,
    since: toIso(judged.since),
    version: seen?.version ?? null,
    workers: [...new Set(fresh.map(({ workerId }) => workerId))].sort(),
    labels: [...new Set(known.flatMap(({ labels }) => labels))].sort(),
    slots: greatest(known.map(({ slots }) => slots)) ?? 0,
    running: fresh.flatMap(({ running }) => running).sort(),
    staged: fresh.flatMap(({ staged }) => staged).sort(),
    idle_at: toIdleAt(fresh),
    queue_depth: fresh.length > 0 ? (seen?.queueDepth ?? null) : null,
    devices: (seen?.devices ?? []).map(({ name, type, vramTotal, vramFree }) => ({
      name,
      type,
      vram_total: vramTotal,
      vram_free: vramFree,
    })),
    models: latest(fresh, ({ modelsAt }) => modelsAt ?? 0)?.models ?? [],
    throughput: toThroughput(fresh),
    drain: drain && { reason: drain.reason, since: toIso(drain.at) },
    last_seen_at: toIsoOrNull(greatest(reports.map(({ seenAt }) => seenAt))),
    last_movement_at: toIsoOrNull(greatest(reports.map(({ movedAt }) => movedAt))),
  }
}

/** One after the other: what each worker has there comes on top. */
function toIdleAt(fresh: readonly HostReport[]): string | null {
  const having = fresh.filter(({ running, staged }) => running.length + staged.length > 0)
  let at = 0
  for (const report of having.toSorted((one, other) => one.at - other.at)) {
    if (report.restMs === null) return null
    at = Math.max(at, report.at) + report.restMs
  }
  return at > 0 ? toIso(at) : null
}

function toThroughput(fresh: readonly HostReport[]): HostView['throughput'] {
  const total = (count: (throughput: HostReport['throughput']) => number) =>
    fresh.reduce((sum, { throughput }) => sum + count(throughput), 0)
  const timed = total((throughput) => throughput.timed)
  return {
    last_hour: total(({ finished }) => finished),
    mean_ms: timed > 0 ? Math.round(total(({ executionMs }) => executionMs) / timed) : null,
  }
}

/** Null when nobody reports. */
function judge(fresh: readonly HostReport[], drain: HostDrain | null): JudgedState | null {
  const saying = (state: HostState) => fresh.filter((report) => report.state === state)
  const quarantined = agree(saying('quarantined'))
  if (quarantined) return quarantined
  const offline = saying('offline')
  const reached = fresh.filter(({ state }) => state !== 'offline' && state !== 'starting')
  if (reached.length === 0) return agree(saying('starting')) ?? agree(offline)
  if (drain) {
    const reason = toHostReason('drain_requested', drain.reason)
    return { state: 'draining', reason, since: agree(saying('draining'))?.since ?? drain.at }
  }
  const leaving = reached.flatMap(({ leavingSince }) => leavingSince ?? [])
  if (leaving.length === reached.length)
    return { state: 'draining', reason: toHostReason('workers_leave'), since: Math.max(...leaving) }
  const degraded = agree(saying('degraded'))
  if (degraded) return degraded
  const away = agree(offline)
  if (away) return { ...away, state: 'degraded', reason: toHostReason('partly_reachable') }
  const busy = agree(saying('busy'))
  if (busy) return busy
  const ready = agree(saying('ready'))
  if (ready) return ready
  // they say `draining`, and the record does not any more
  return { ...(agree(reached) ?? NEVER), state: 'ready', reason: toHostReason('idle') }
}

const NEVER: JudgedState = { state: 'ready', reason: toHostReason('idle'), since: 0 }

/** What reports of one state say together. */
function agree(reports: readonly HostReport[]): JudgedState | null {
  const speaker = latest(reports, ({ at }) => at)
  if (!speaker) return null
  const since = Math.min(...reports.map((report) => report.since))
  return { state: speaker.state, reason: speaker.reason, since }
}

function latest(
  reports: readonly HostReport[],
  by: (report: HostReport) => number,
): HostReport | null {
  return reports.toSorted((one, other) => by(other) - by(one))[0] ?? null
}

function greatest(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length > 0 ? Math.max(...known) : null
}

const toIso = (ms: number) => new Date(ms).toISOString()
const toIsoOrNull = (ms: number | null) => (ms === null ? null : toIso(ms))
