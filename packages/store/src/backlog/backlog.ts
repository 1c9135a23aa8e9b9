/** `Backlog`: the jobs that wait, in fair order, and the way from there to a host and back. */
import type { Redis } from 'ioredis'
import { z } from 'zod'
import { bindScript } from '../bind-script.ts'
import type { Keys } from '../keys.ts'
import { type Hand, holdArguments } from '../queues/held-tickets.ts'
import { ask } from '../redis-unavailable.ts'
import { type Candidate, parseCandidates } from './candidate.ts'
import { toPool } from './pools.ts'
import { createIdleHostLooks, type IdleHostLooks } from './idle-hosts.ts'
import { createPoolLooks, type PoolLooks } from './pool-work.ts'
import { type JobNeeds, jobNeedsSchema, NO_NEEDS } from './needs.ts'
import {
  BRING_BACK,
  DISPATCH,
  FORGET_HOST,
  MAKE_ROOM,
  PUT_BACK,
  RELEASE,
  RESTORE,
  TO_COLLECT,
} from './scripts.ts'
import { CANDIDATES, LOCATE, ON_HOSTS, POSITIONS } from './look-scripts.ts'
import {
  type BroughtBack,
  type Dispatched,
  type DispatchOutcome,
  dispatchedSchema,
  type JobOnHost,
  type JobsOnHost,
  type Position,
  type RestoredJob,
  parsePosition,
  toDispatchOutcome,
  toWhereabouts,
  type Whereabouts,
} from './whereabouts.ts'

export interface CandidatesQuery {
  pools: readonly string[]
  /** Per pool. */
  atMost: number
  /** Those that were looked at before. */
  skip?: number
  /** Null: priorities alone decide. */
  agingMs: number | null
  /** How many jobs of one owner may have a slot at once; null: no limit. */
  ownerLimit: number | null
}

export interface DispatchOrder {
  jobId: string
  hostId: string
  /** Of the host. */
  slots: number
  ownerLimit: number | null
  /** Other hosts that might have it: one that has no job suits it better than a slot behind others. */
  instead?: readonly string[]
  /** Who asks; what its other hosts may run it has seen itself. */
  workerId?: string
  /** The host has prompts of other people, or is in trouble. */
  unready?: boolean
  /** Jobs before it in the fair order that this host could have run. */
  overtaken: readonly string[]
  /** Has its ticket at once, and claims it. Without one it is on its way without a ticket. */
  hand?: Hand | null
}

export interface Backlog extends PoolLooks, IdleHostLooks {
  /** The next jobs of each of the pools, best first within each. */
  candidates(query: CandidatesQuery): Promise<Candidate[]>
  /** Deferred ones whose time has come go back into the backlog: whoever brings them announces them. */
  bringBack(): Promise<BroughtBack>
  /** Takes the job out of the backlog and gives it a slot of the host, in one step. */
  dispatch(order: DispatchOrder): Promise<DispatchOutcome>
  /**
   * Another job is to be taken back from a host for this one, which waits.
   * @returns false when that has been done before, by whichever worker, or it waits no longer
   */
  makeRoom(jobId: string): Promise<boolean>
  /**
   * Back into its old place, at once or after a while. Its slot is free.
   * @param token of whoever had it in hand; null for the reconciler
   */
  putBack(
    jobId: string,
    options: { token: number | null; delayMs?: number; needs?: JobNeeds },
  ): Promise<'waiting' | 'gone' | 'claim_lost'>
  /**
   * Its execution is over: the slot is another job's, and its outputs are carried away by whoever has its ticket.
   * @param hostId on whose collect queue it gets another one, when nobody drives its own host any more
   * @returns null when it is another worker's
   */
  toCollect(jobId: string, token: number, hostId?: string): Promise<JobOnHost | null>
  /** The ticket by which it was executed is gone: to be carried away, it needs one of the collect queue. */
  loseTicket(jobId: string): Promise<void>
  /** What the job needs, as it is on record. */
  needs(jobId: string): Promise<JobNeeds>
  /** Null when it does not wait. */
  position(jobId: string): Promise<Position | null>
  /** Of each of these jobs, in the same order. */
  positions(jobIds: readonly string[]): Promise<(Position | null)[]>
  /** Nobody waits in the pool, whoever may run it. */
  isEmpty(pool: string): Promise<boolean>
  /** Jobs that have a slot of the host. */
  dispatched(hostId: string): Promise<JobOnHost[]>
  /** Jobs whose outputs are carried away from the host. */
  collecting(hostId: string): Promise<JobOnHost[]>
  /** What each of these hosts has, in the same order. */
  onHosts(hostIds: readonly string[]): Promise<JobsOnHost[]>
  /** Hosts that have had a job. */
  hosts(): Promise<string[]>
  /** Unless it has a job. @returns false then */
  forgetHost(hostId: string): Promise<boolean>
  /** Where each of these jobs is, in the same order. */
  locate(jobIds: readonly string[]): Promise<Whereabouts[]>
  /** Brings a job back that is nowhere: into the backlog, or to the host where its prompt is. Harmless when it is not. */
  restore(job: RestoredJob): Promise<Dispatched | { outcome: 'waiting' | 'elsewhere' | 'lost' }>
  /** Takes those of the jobs out of their places that have ended: an older version that ends a job leaves it there. */
  release(jobIds: readonly string[]): Promise<number>
}

const restoreReplySchema = z.union([
  dispatchedSchema,
  z.tuple([z.enum(['waiting', 'elsewhere', 'lost'])]),
])
const onHostsSchema = z.array(z.tuple([z.array(z.string()), z.array(z.string())]))

export function createBacklog({ redis, keys }: { redis: Redis; keys: Keys }): Backlog {
  const bringBack = bindScript(redis, BRING_BACK)
  const candidates = bindScript(redis, CANDIDATES)
  const dispatch = bindScript(redis, DISPATCH)
  const forgetHost = bindScript(redis, FORGET_HOST)
  const makeRoom = bindScript(redis, MAKE_ROOM)
  const putBack = bindScript(redis, PUT_BACK)
  const toCollect = bindScript(redis, TO_COLLECT)
  const locate = bindScript(redis, LOCATE)
  const restore = bindScript(redis, RESTORE)
  const release = bindScript(redis, RELEASE)
  const positions = bindScript(redis, POSITIONS)
  const onHosts = bindScript(redis, ON_HOSTS)
  const { prefix } = keys
  return {
    async candidates({ pools, atMost, skip = 0, agingMs, ownerLimit }) {
      const reply = await candidates(
        [],
        [prefix, atMost, skip, agingMs ?? '', ownerLimit ?? 0, ...pools],
      )
      return parseCandidates(reply)
    },
    async bringBack() {
      const [next = '', ...rest] = z
        .array(z.string())
        .parse(await bringBack([keys.deferred], [prefix]))
      const jobs = rest.flatMap((jobId, at) =>
        at % 2 === 0 ? [{ jobId, pool: rest[at + 1] ?? '' }] : [],
      )
      return { jobs, nextMs: next === '' ? null : Number(next) }
    },
    async dispatch({ jobId, hostId, hand, ...order }) {
      const { slots, ownerLimit, instead = [], workerId = '', unready, overtaken } = order
      const ticket = holdArguments(keys, { jobId, hostId, hand })
      const others = [JSON.stringify(instead), workerId, unready ? 1 : '']
      const place = [hostId, slots, ownerLimit ?? 0, ...others]
      const argv = [prefix, jobId, ...place, ...ticket, ...overtaken]
      const of = [keys.job(jobId), keys.workflow(jobId), keys.secrets(jobId)]
      return toDispatchOutcome(jobId, await dispatch(of, argv))
    },
    async makeRoom(jobId) {
      return (await makeRoom([keys.job(jobId)], [prefix, jobId])) === 1
    },
    async putBack(jobId, { token, delayMs = 0, needs }) {
      const argv = [prefix, jobId, token ?? '', delayMs, needs ? JSON.stringify(needs) : '']
      const reply = await putBack([keys.job(jobId)], argv)
      return z.enum(['waiting', 'gone', 'claim_lost']).parse(reply)
    },
    async toCollect(jobId, token, hostId = '') {
      const argv = [prefix, jobId, token, hostId]
      const times = z.int().parse(await toCollect([keys.job(jobId)], argv))
      return times > 0 ? { jobId, times } : null
    },
    async loseTicket(jobId) {
      await ask(redis.hdel(keys.job(jobId), 'carries'))
    },
    async needs(jobId) {
      const json = await ask(redis.hget(keys.job(jobId), 'needs'))
      return json === null ? NO_NEEDS : jobNeedsSchema.parse(JSON.parse(json))
    },
    positions: positionsOf,
    position: async (jobId) => (await positionsOf([jobId]))[0] ?? null,
    isEmpty: async (pool) => (await ask(redis.zcard(keys.backlog(pool)))) === 0,
    ...createPoolLooks({ redis, keys }),
    ...createIdleHostLooks({ redis, keys }),
    dispatched: (hostId) => onHost(keys.dispatched(hostId)),
    collecting: (hostId) => onHost(keys.collecting(hostId)),
    async onHosts(hostIds) {
      const found = onHostsSchema.parse(await onHosts([keys.open], [prefix, ...hostIds]))
      return hostIds.map((_, at) => {
        const [executing, collecting] = found[at] ?? [[], []]
        return { executing, collecting }
      })
    },
    hosts: () => ask(redis.smembers(keys.dispatchedTo)),
    forgetHost: async (hostId) => (await forgetHost([keys.dispatchedTo], [prefix, hostId])) === 1,
    async locate(jobIds) {
      const reply = await locate([keys.deferred], [prefix, ...jobIds])
      return z.array(z.string()).parse(reply).map(toWhereabouts)
    },
    async restore({ jobId, first, hostId, until, maxStrays }) {
      const place = first
        ? [toPool(first.pool), first.owner, first.band, first.cost, JSON.stringify(first.needs)]
        : ['', '', '', '', '']
      const at = [hostId ?? '', until ?? '', maxStrays, first?.weight ?? 1]
      const argv = [prefix, jobId, ...place, ...at]
      const reply = restoreReplySchema.parse(await restore([keys.job(jobId)], argv))
      return reply.length === 2
        ? { outcome: 'dispatched', jobId, times: reply[1] }
        : { outcome: reply[0] }
    },
    async release(jobIds) {
      if (jobIds.length === 0) return 0
      return z.int().parse(await release([keys.open], [prefix, ...jobIds]))
    },
  }

  async function positionsOf(jobIds: readonly string[]): Promise<(Position | null)[]> {
    if (jobIds.length === 0) return []
    return z
      .array(z.unknown())
      .parse(await positions([], [prefix, ...jobIds]))
      .map(parsePosition)
  }

  async function onHost(zset: string): Promise<JobOnHost[]> {
    const jobIds = await ask(redis.zrange(zset, '0', '-1'))
    const timesOf = async (jobId: string) =>
      Number(await ask(redis.hget(keys.job(jobId), 'dispatches')))
    return await Promise.all(jobIds.map(async (jobId) => ({ jobId, times: await timesOf(jobId) })))
  }
}
