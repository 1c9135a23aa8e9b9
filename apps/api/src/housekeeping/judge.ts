/** Whether what is kept is kept for as long as it should be, and no longer. Pure. */
import {
  type HousekeepingView,
  RETAINED_KINDS,
  type RetainedKind,
  type RetainedView,
  SWEPT_KINDS,
  type SweptKind,
} from '@safelight/shared'
import type { RetainedNow, Swept } from '@safelight/store'
import type { Rules } from './rules.ts'

export interface HousekeepingFacts {
  /** On Redis' clock. */
  nowMs: number
  /** For how long this process has been there, and could have swept. */
  upMs: number
  retained: RetainedNow
  swept: ReadonlyMap<SweptKind, Swept>
}

/** A sweep is over some time after it began; one that was missed is nothing. */
const SWEEPS_MISSED = 2
const SLACK_MS = 60_000

export function toHousekeeping(rules: Rules, facts: HousekeepingFacts): HousekeepingView {
  const kinds = RETAINED_KINDS.map((kind) => toRetained(kind, rules, facts))
  return { at: toIso(facts.nowMs), late: kinds.some(({ late }) => late), kinds }
}

function toRetained(kind: RetainedKind, rules: Rules, facts: HousekeepingFacts): RetainedView {
  const { until, retentionMs, setting, atMost, everyMs } = rules[kind]
  const { nowMs, retained, swept } = facts
  const { count = null, oldestAt = null } = retained.kinds.get(kind) ?? {}
  const dueAt = dueAtOf(kind, retained, retentionMs)
  const overdueMs = dueAt === null || dueAt >= nowMs ? null : nowMs - dueAt
  const last = isSwept(kind) ? swept.get(kind) : undefined
  const graceMs = everyMs === null ? null : SWEEPS_MISSED * everyMs + SLACK_MS
  return {
    kind,
    count,
    oldest_age_s: oldestAt === null ? null : toSeconds(nowMs - oldestAt),
    retention_s: toSecondsOrNull(retentionMs),
    setting,
    at_most: atMost,
    until,
    overdue_s: toSecondsOrNull(overdueMs),
    sweep:
      everyMs === null
        ? null
        : {
            every_s: toSeconds(everyMs),
            last_at: last ? toIso(last.at) : null,
            last_removed: last?.lastRemoved
              ? { at: toIso(last.lastRemoved.at), count: last.lastRemoved.count }
              : null,
            removed_total: last?.total ?? 0,
          },
    late:
      graceMs !== null && ((overdueMs ?? 0) > graceMs || unsweptMs(kind, last, facts) > graceMs),
  }
}

/** When the one that is due first is, or was, due (ms since the epoch). */
function dueAtOf(
  kind: RetainedKind,
  { kinds, assetDueAt, isEndless }: RetainedNow,
  retentionMs: number | null,
): number | null {
  if (kind === 'assets') return assetDueAt
  const oldestAt = kinds.get(kind)?.oldestAt ?? null
  if (oldestAt === null || retentionMs === null) return null
  // Redis ends records by itself, to the second: only one without an end is late
  if (kind === 'jobs') return isEndless ? oldestAt + retentionMs : null
  return kind === 'dead_letters' || kind === 'unneeded_bytes' || kind === 'writes'
    ? oldestAt + retentionMs
    : null
}

/** Since when nobody has swept. What workers sweep waits while there is none. */
function unsweptMs(
  kind: RetainedKind,
  last: Swept | undefined,
  { nowMs, upMs, retained }: HousekeepingFacts,
): number {
  const sinceMs = last ? nowMs - last.at : upMs
  if (kind !== 'staged_inputs') return sinceMs
  // workers of a version before do not tell of it
  return last && retained.hasWorkers ? sinceMs : 0
}

const isSwept = (kind: RetainedKind): kind is SweptKind =>
  (SWEPT_KINDS as readonly RetainedKind[]).includes(kind)

const toIso = (ms: number) => new Date(ms).toISOString()
const toSeconds = (ms: number) => Math.max(0, Math.round(ms / 1_000))
const toSecondsOrNull = (ms: number | null) => (ms === null ? null : toSeconds(ms))
