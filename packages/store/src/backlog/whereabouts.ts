/** Where a job is that has not ended, and how it gets from one place to another: what callers of the backlog are told. */
import { z } from 'zod'
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

export interface Position {
  /** Jobs ahead in its pool; 0 = next. */
  ahead: number
  /** What those cost together (expected ms of GPU time): estimated by some of them when they are many. */
  aheadMs: number
  /** Its own. */
  costMs: number
  pool: string
}

/** What waits in a pool. */
export interface PoolWork {
  jobs: number
  /** Expected ms of GPU time, of all together. */
  ms: number
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

const positionSchema = z
  .tuple([z.int(), z.coerce.number(), z.coerce.number(), z.string()])
  .nullable()

/** @param reply of the script */
export function parsePosition(reply: unknown): Position | null {
  const place = positionSchema.parse(reply)
  return place && { ahead: place[0], aheadMs: place[1], costMs: place[2], pool: place[3] }
}
