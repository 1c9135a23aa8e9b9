/** Where a job is that has not ended, and how it gets from one place to another: what callers of the backlog are told. */
import { z } from 'zod'
import { type Claimed, claimedSchema } from '../jobs/claim-record.ts'
import { type HostDrain, readDrain } from '../hosts/host-report.ts'
import type { HostStage } from '../queues/tickets.ts'
import type { JobNeeds } from './needs.ts'

export type Whereabouts =
  | { place: 'backlog' | 'deferred' | 'nowhere' | 'ended' }
  | { place: HostStage; hostId: string }

export interface BroughtBack {
  jobs: { jobId: string; pool: string }[]
  /** Until the time of the next one has come; null when there is none. */
  nextMs: number | null
}

/** A job on a host: each time it gets there it has another ticket. */
export interface JobOnHost {
  jobId: string
  /** How often it has been dispatched. */
  times: number
}

/** Of a host, by jobId. */
export interface JobsOnHost {
  /** Who have a slot, in the order of their dispatch. */
  executing: string[]
  /** Whose outputs are carried away. */
  collecting: string[]
}

export type Dispatched = { outcome: 'dispatched' } & JobOnHost

/** With its claim, where it was made in the same step. */
export type DispatchOutcome =
  | (Dispatched & { claimed?: Claimed })
  | { outcome: 'gone' | 'full' | 'owner_full' }
  /** Another host that might have it has no job: one of those that were named, or of another worker. */
  | { outcome: 'freer'; hostId: string }
  | { outcome: 'drained'; drain: HostDrain }

export interface Position {
  /** Jobs ahead in its pool; 0 = next. */
  ahead: number
  /** What those cost together (expected ms of GPU time) of which that is known: estimated by some of them when they are many. */
  aheadMs: number
  /** How many of those ahead are none of these: estimated alike. */
  aheadGuessed: number
  /** Its own. */
  costMs: number
  /** Nothing like it was ever measured. */
  guessed: boolean
  pool: string
  /** Jobs of the pool that have a slot somewhere. */
  given: number
}

export interface FirstPlace {
  pool: string | null
  owner: string
  band: number
  cost: number
  weight: number
  needs: JobNeeds
}

export interface RestoredJob {
  jobId: string
  /** The place of one that never had any; null: the one it had. */
  first: FirstPlace | null
  /** Where its prompt is; null when it has none. */
  hostId: string | null
  /** Until when it is deferred (ms since the epoch); null: it waits now. */
  until: number | null
  /** How often it may have been nowhere; this time it is `lost`. */
  maxStrays: number
}

/** @param text what the scripts say */
export function toWhereabouts(text: string): Whereabouts {
  const [place, hostId = ''] = text.split(' ')
  if (place === 'execute' || place === 'collect') return { place, hostId }
  return { place: z.enum(['backlog', 'deferred', 'nowhere', 'ended']).parse(place) }
}

export const dispatchedSchema = z.tuple([z.literal('dispatched'), z.int()])
const dispatchReplySchema = z.union([
  dispatchedSchema,
  z.tuple([...dispatchedSchema.def.items, claimedSchema]),
  z.tuple([z.enum(['gone', 'full', 'owner_full'])]),
  z.tuple([z.literal('freer'), z.string()]),
  z.tuple([z.literal('drained'), z.string()]),
])

/** @param reply of the script */
export function toDispatchOutcome(jobId: string, reply: unknown): DispatchOutcome {
  const told = dispatchReplySchema.parse(reply)
  if (told.length === 1) return { outcome: told[0] }
  if (told[0] === 'freer') return { outcome: 'freer', hostId: told[1] }
  if (told[0] === 'drained') return { outcome: 'drained', drain: readDrain(told[1]) }
  const [outcome, times, claimed] = told
  return { outcome, jobId, times, ...(claimed && { claimed }) }
}

const count = z.coerce.number()
const positionSchema = z
  .tuple([z.string(), z.int(), count, count, count, z.int(), z.int()])
  .nullable()

/** @param reply of the script */
export function parsePosition(reply: unknown): Position | null {
  const place = positionSchema.parse(reply)
  if (!place) return null
  const [pool, ahead, aheadMs, aheadGuessed, costMs, guessed, given] = place
  return { pool, ahead, aheadMs, aheadGuessed, costMs, guessed: guessed === 1, given }
}
