/** One round of dispatch: each host with a free slot gets the next job that it may run, and all of that is asked in one go. */
import type { Clock, Logger } from '@safelight/runtime'
import type { Backlog, Candidate, JobOnHost, OpenHand } from '@safelight/store'
import type { OpenHost, SlotBook } from './dispatcher.ts'
import { openPages, type Pages } from './pages.ts'
import {
  type AffinityLimits,
  isInPlace,
  type Offer,
  type Pick as Choice,
  pickJob,
} from './pick-job.ts'

export interface RoundOptions {
  slots: Pick<SlotBook, 'open' | 'missed' | 'took' | 'freed' | 'full'>
  backlog: Pick<Backlog, 'candidates' | 'dispatch' | 'isEmpty'>
  /** Takes the ticket of the job that is dispatched there next; null when it has to be put on its queue. */
  openHand: (hostId: string) => OpenHand | null
  /** The job has its slot: it gets its ticket there. */
  begin: (hostId: string, job: JobOnHost) => Promise<void>
  affinity: AffinityLimits
  agingMs: number | null
  ownerLimit: number | null
  clock: Pick<Clock, 'now'>
  log: Logger
}

export interface Round {
  outcome:
    | 'dispatched'
    /** Nobody waits in the pool. */
    | 'nobody'
    /** Somebody does, for whom there is nothing here. */
    | 'not_here'
    /** Others have taken the jobs or the slots meanwhile. */
    | 'missed'
  /** Others were seen to wait in the pool. */
  more: boolean
}

/** Pages after which hosts go without. */
const LOOKS = 8
/** With more hosts than that, a glance at the next few jobs does not do. */
const GLANCED_BY = 2

export async function dispatchRound(pool: string, options: RoundOptions): Promise<Round> {
  const hosts = [...options.slots.open(pool)]
  if (hosts.length === 0) return { outcome: 'missed', more: false }
  const pages = openPages({ ...options, glance: hosts.length + 1 })
  let isEmpty = true
  // who has waited too long is found among the oldest: the first of a few of them is not the next of all
  const glances = options.agingMs === null && hosts.length <= GLANCED_BY
  for (let look = glances ? -1 : 0; look < LOOKS; look += 1) {
    const { taking, seen, more } = await giveAll(hosts, look, { ...options, pool, pages })
    if (taking.length > 0) {
      const taken = await Promise.all(taking)
      return { outcome: taken.some(Boolean) ? 'dispatched' : 'missed', more }
    }
    if (seen === 0) break
    isEmpty = false
  }
  // a job whose owner has all he may have is no candidate, and waits all the same
  if (await options.backlog.isEmpty(pool)) return { outcome: 'nobody', more: false }
  // it came just now
  const isNew = isEmpty && options.ownerLimit === null
  return { outcome: isNew ? 'missed' : 'not_here', more: true }
}

interface Giving extends RoundOptions {
  pool: string
  pages: Pages
}

/** Page by page: what a host may not run must not hide the rest from it. */
async function giveAll(
  hosts: readonly OpenHost[],
  look: number,
  { pool, pages, ...options }: Giving,
): Promise<{ taking: Promise<boolean>[]; seen: number; more: boolean }> {
  const { slots, affinity } = options
  const nowMs = options.clock.now()
  const seen = new Map<string, Candidate>()
  const given = new Set<string>()
  const taking: Promise<boolean>[] = []
  for (const host of hosts) {
    const page = await pages.read(host.pools, look)
    const news = page.filter(({ jobId }) => !seen.has(jobId))
    slots.missed(news)
    for (const candidate of news) seen.set(candidate.jobId, candidate)
    // with what this round has done to them
    const left = page.flatMap(({ jobId }) => (given.has(jobId) ? [] : (seen.get(jobId) ?? [])))
    const pick = pickJob(left, host, { affinity, nowMs })
    // whoever comes later might suit the host better
    if (!pick || (look < 0 && !isBest(pick, left, host))) continue
    given.add(pick.jobId)
    for (const jobId of pick.overtaken) overtake(seen, jobId, nowMs)
    // noted at once: the next host is to load another model
    slots.took(host.hostId, pick.jobId, filesOf(pick, left))
    taking.push(take(host, pick, options))
  }
  const more = [...seen.values()].some((job) => job.pool === pool && !given.has(job.jobId))
  return { taking, seen: seen.size, more }
}

function overtake(seen: Map<string, Candidate>, jobId: string, nowMs: number): void {
  const job = seen.get(jobId)
  if (!job) return
  const { count, firstAt } = job.overtaken
  seen.set(jobId, { ...job, overtaken: { count: count + 1, firstAt: firstAt ?? nowMs } })
}

async function take(
  { hostId, slots: count }: OpenHost,
  { jobId, overtaken }: Choice,
  { slots, backlog, ownerLimit, openHand, begin, log }: RoundOptions,
): Promise<boolean> {
  const open = openHand(hostId)
  const order = { jobId, hostId, slots: count, ownerLimit, overtaken, hand: open?.hand ?? null }
  const taken = await backlog.dispatch(order).catch((error: unknown) => {
    open?.drop()
    throw error
  })
  if (taken.outcome !== 'dispatched') {
    open?.drop()
    slots.freed(hostId, jobId)
    if (taken.outcome === 'full') slots.full(hostId)
    return false
  }
  if (open) open.take(taken)
  else await begin(hostId, taken)
  log.info({ jobId, hostId, overtaken: overtaken.length }, 'job dispatched')
  return true
}

/** Next, and nothing to load for it: no other job could come before it. */
function isBest(pick: Choice, from: readonly Candidate[], { loaded }: Offer): boolean {
  return pick.overtaken.length === 0 && isInPlace(filesOf(pick, from), loaded)
}

function filesOf({ jobId }: Choice, from: readonly Candidate[]): readonly string[] {
  return from.find((candidate) => candidate.jobId === jobId)?.needs.files ?? []
}
