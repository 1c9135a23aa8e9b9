/**
 * A job in words: everything a progress display shows, as plain values. Pure.
 * The React component, the page and the terminal say the same because they all ask here.
 */
import { isTerminal, type SnapshotView } from '@safelight/shared'
import type { Connection, JobUpdate } from '../types.ts'
import { type JobBadge, MOVING, toBadge } from './badge.ts'
import { type Failure, toJobFailure } from './failure.ts'
import {
  type BatchPlace,
  toAttemptLine,
  toEta,
  toWaitLine,
  toImageLine,
  toNodeLine,
  toNodesLine,
  toStalledLine,
  toStepLine,
  toTookLine,
} from './lines.ts'

export type { JobBadge, BadgeKind } from './badge.ts'
export type { Failure } from './failure.ts'
export type { BatchPlace } from './lines.ts'

export interface JobDisplay {
  badge: JobBadge
  /** Whether a host is known to work on it now: its numbers change. */
  isMoving: boolean
  /** False before the first update: then 0 is not a fact, and nobody should say it. */
  isKnown: boolean
  /** 0 to 1, never falling. */
  value: number
  /** Whole percent, rounded down: 100 means that everything is stored. */
  percent: number
  /** `5/20`; null when the workflow has no steps. Never `0/0`. */
  step: string | null
  /** `Sampler (KSampler) 3/5`; what happens now, in one line. */
  node: string | null
  /** `11 of 31 nodes`, and how many the host skipped */
  nodes: string | null
  /** `about 20 s left`; in line, `done in about 3 min` */
  eta: string | null
  /** `Image 1 of 4`, for a job that is part of a batch. */
  image: string | null
  /** `Attempt 2`: why the counters have started over and the bar has not. */
  attempt: string | null
  /** Why nothing moves, when nothing has for long. */
  stalled: string | null
  /** `in 12 s`, once it is done. */
  took: string | null
  /** Why it came to nothing. */
  failure: Failure | null
  ended: boolean
}

export interface JobDisplayOptions {
  /** ms since the epoch */
  now: number
  /** Now; the update's own unless given. */
  connection?: Connection
  /** Which of how many; otherwise what the job's metadata says (`batch_index` from 1, `batch_count`). */
  batch?: BatchPlace | undefined
  /** Milliseconds without movement from which on it is said; 60 s unless given. */
  stalledAfterMs?: number | undefined
}

const STALLED_AFTER_MS = 60_000

/** @param update null before the first */
export function toJobDisplay(update: JobUpdate | null, options: JobDisplayOptions): JobDisplay {
  if (!update) return nothingYet(options)
  const { snapshot, queuePosition } = update
  const connection = options.connection ?? update.connection
  const isNow = isOfNow(update, connection)
  const stalled = isNow
    ? toStalledLine(update, options.now, options.stalledAfterMs ?? STALLED_AFTER_MS)
    : null
  const value = toValue(snapshot)
  const badge = toBadge(snapshot, { connection, queuePosition, stalled: stalled !== null })
  return {
    badge,
    isMoving: MOVING.has(badge.kind),
    isKnown: true,
    value,
    percent: toPercent(value),
    step: toStepLine(snapshot),
    node: toNodeLine(snapshot, queuePosition),
    nodes: toNodesLine(snapshot),
    eta: toEtaLine(update, { ...options, connection, isNow: isNow && !stalled }),
    image: toImageLine(snapshot.metadata, options.batch),
    attempt: toAttemptLine(snapshot),
    stalled,
    took: toTookLine(snapshot),
    failure: toJobFailure(snapshot),
    ended: isTerminal(snapshot.status),
  }
}

function toEtaLine(
  { snapshot, etaMs, movedAt }: JobUpdate,
  { now, connection, isNow }: JobDisplayOptions & { isNow: boolean },
): string | null {
  if (snapshot.status === 'queued') return connection === 'live' ? toWaitLine(etaMs) : null
  return isNow ? toEta(snapshot.progress, now - movedAt) : null
}

/** Numbers that came a while ago over a lost connection say nothing of now. */
export function isOfNow(update: JobUpdate | null, connection: Connection): boolean {
  return update?.snapshot.status === 'running' && connection === 'live'
}

function nothingYet({ connection = 'connecting', batch }: JobDisplayOptions): JobDisplay {
  return {
    badge: toBadge(null, { connection, queuePosition: null, stalled: false }),
    isMoving: false,
    isKnown: false,
    value: 0,
    percent: 0,
    step: null,
    node: null,
    nodes: null,
    eta: null,
    image: toImageLine(null, batch),
    attempt: null,
    stalled: null,
    took: null,
    failure: null,
    ended: false,
  }
}

/** A job that is done is done, however much of its progress came through. */
function toValue({ status, progress }: SnapshotView): number {
  return status === 'succeeded' ? 1 : (progress?.value ?? 0)
}

/** Rounded down, but not because 0.29 × 100 is 28.999… */
function toPercent(value: number): number {
  return value >= 1 ? 100 : Math.min(99, Math.floor(value * 100 + 1e-9))
}
