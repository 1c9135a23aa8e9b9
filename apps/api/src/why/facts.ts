/** `WhyFacts`: what is known of a job and of the fleet when somebody asks why it waits. Read at a bounded cost, however long the line is. */
import type { LearnedCosts } from '@safelight/comfyui'
import { isTerminal, type JobEvent, type Snapshot, type WhyCode } from '@safelight/shared'
import {
  type Backlog,
  type JobNeeds,
  type JobStore,
  type ReadStanding,
  type ReportedHost,
  servesPool,
  type Standing,
  toPool,
} from '@safelight/store'
import type { FleetKnowledge, KnownHost } from '../jobs/fleet-knowledge.ts'
import type { ReadFleetWork } from '../watch/fleet-work.ts'
import { toBeginMs, toEndMs } from '../watch/wait-time.ts'
import { lacksOf } from './lacks.ts'

export interface WhyFacts {
  snapshot: Snapshot
  /** Redis' time, as every time here. */
  nowMs: number
  standing: Standing
  /** All that are known, by id. */
  hosts: readonly FactsHost[]
  /** How many jobs of one owner may have a slot at once, as workers say; null: no limit. */
  ownerLimit: number | null
  /** Expected; null when nobody can say, or it does not wait. */
  beginsInMs: number | null
  endsInMs: number | null
  /** Since when it is in its present status, or its present node runs; null when that is too long ago to be on record. */
  since: number | null
  /** How long its present node takes, by past runs. */
  nodeMs: number | null
}

export interface FactsHost {
  view: ReportedHost
  /** Slots that jobs have there by the records: what workers say is later, and those that have died say nothing. */
  taken: number
  /** Of the job's needs, what it does not have; what it does not tell it may have. */
  lacks: string[]
  /** It has the label of the job's pool. */
  inPool: boolean
  /** It failed the job, or has less memory than others: for a while it does not get it again. */
  avoided: boolean
}

/** What there is to say of it. */
export interface Reason {
  code: WhyCode
  text: string
  /** Not before then (ms since the epoch). */
  until?: number | null
}

export interface WhyFactsDeps {
  store: Pick<JobStore, 'now' | 'load' | 'eventsAfter'>
  standing: ReadStanding
  /** As of a moment ago: whoever has the page of a waiting job open asks again and again. */
  hosts: { list: () => Promise<readonly ReportedHost[]>; ownerLimit: () => Promise<number | null> }
  backlog: Pick<Backlog, 'onHosts'>
  fleet: Pick<FleetKnowledge, 'hosts' | 'hostsLately'>
  fleetWork: ReadFleetWork
  learned: () => Promise<LearnedCosts>
}

/** Null when there is no such job (any more). */
export type ReadWhyFacts = (jobId: string) => Promise<WhyFacts | null>

/** In which the beginning of what it is at is looked for: at 10 a second, the last ten seconds and more. */
const EVENTS_READ = 128

export function createReadWhyFacts(deps: WhyFactsDeps): ReadWhyFacts {
  const { store, hosts, fleet, fleetWork, learned } = deps
  return async (jobId) => {
    const before = await store.load(jobId)
    if (!before) return null
    const [nowMs, standing, views, known, ownerLimit, costs] = await Promise.all([
      store.now(),
      deps.standing(jobId, before.owner),
      hosts.list(),
      fleet.hosts(),
      hosts.ownerLimit(),
      learned(),
    ])
    // once more, after it was seen where it is: one that has just ended is in no queue, and not astray
    const snapshot = await store.load(jobId)
    if (!snapshot) return null
    const { status, seq, progress } = snapshot
    const { events } =
      status === 'queued' || isTerminal(status)
        ? { events: [] }
        : await store.eventsAfter(jobId, Math.max(0, seq - EVENTS_READ))
    const work = standing.position ? await fleetWork() : null
    const toMs = (of: typeof toBeginMs) =>
      work && standing.position ? of(work, standing.position, nowMs) : null
    const there = await deps.backlog.onHosts(views.map(({ id }) => id))
    const taken = new Map(views.map(({ id }, at) => [id, there[at]?.executing.length ?? 0]))
    const asked = { pool: toPool(snapshot.pool), needs: standing.needs, taken, nowMs }
    const able = (found: readonly FactsHost[]) =>
      found.some(({ inPool, lacks }) => inPool && lacks.length === 0)
    const remembered = toFactsHosts(views, known, asked)
    return {
      snapshot,
      nowMs,
      standing,
      // what hosts can run may be remembered from before one that has just come
      hosts: able(remembered) ? remembered : toFactsHosts(views, await fleet.hostsLately(), asked),
      ownerLimit,
      beginsInMs: toMs(toBeginMs),
      endsInMs: toMs(toEndMs),
      since: sinceWhen(snapshot, events),
      nodeMs: progress ? toNodeMs(progress, costs) : null,
    }
  }
}

export interface AskedOfHosts {
  pool: string
  needs: JobNeeds
  /** Slots by hostId. */
  taken: ReadonlyMap<string, number>
  nowMs: number
}

function toFactsHosts(
  views: readonly ReportedHost[],
  known: readonly KnownHost[],
  { pool, needs, taken, nowMs }: AskedOfHosts,
): FactsHost[] {
  const isChoosy = needs.avoidUntil !== null && nowMs < needs.avoidUntil
  const most = Math.max(0, ...views.filter((view) => servesPool(view, pool)).map(memoryOf))
  return views.map((view) => {
    const what = known.find(({ hostId }) => hostId === view.id)
    return {
      view,
      taken: taken.get(view.id) ?? 0,
      lacks: what ? lacksOf(what, needs) : [],
      inPool: servesPool(view, pool),
      avoided:
        isChoosy && (needs.avoid.includes(view.id) || (needs.memory && memoryOf(view) < most)),
    }
  })
}

function memoryOf({ devices }: ReportedHost): number {
  return Math.max(0, ...devices.map(({ vram_total: total }) => total ?? 0))
}

/** The first event of those that say the same as the last. */
function sinceWhen(snapshot: Snapshot, events: readonly JobEvent[]): number | null {
  const { status, phase, progress } = snapshot
  if (status === 'running' && phase === 'executing') {
    const says = (event: JobEvent) =>
      event.type === 'progress' && event.progress.current_node === progress?.current_node
    const other = events.findLastIndex((event) => event.type === 'progress' && !says(event))
    return events.slice(other + 1).find(says)?.ts ?? null
  }
  const says = (event: JobEvent) =>
    event.type === 'status' && event.status === status && event.phase === phase
  const other = events.findLastIndex((event) => event.type === 'status' && !says(event))
  return events.slice(other + 1).find(says)?.ts ?? null
}

/** Of its class as a whole, whatever its model and its size: as much as one look can know. */
function toNodeMs(
  { current_node_class: name, steps }: NonNullable<Snapshot['progress']>,
  costs: LearnedCosts,
): number | null {
  if (name === null) return null
  const work = { class: name, model: null, megapixels: null }
  const once = costs.estimate('warm', work)?.ms ?? null
  const step = steps === null ? null : (costs.estimate('step', work)?.ms ?? null)
  if (once === null && step === null) return null
  return (once ?? 0) + (step ?? 0) * (steps ?? 0)
}
