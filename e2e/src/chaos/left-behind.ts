/** What a worker leaves behind when it dies: asked at once, before others take it up. */
import { tellNobody } from '@safelight/runtime'
import type { Logger } from '@safelight/runtime'
import {
  closeRedis,
  createBacklog,
  createKeys,
  createQueues,
  createRedis,
  createTickets,
  HOST_STAGES,
  hostQueueOf,
  ticketSchema,
} from '@safelight/store'

export interface LeftBehind {
  /** Whose tickets it held, and who was given a host without a ticket there yet. */
  jobIds: readonly string[]
  /** Of these, those whose tickets it held: their locks run out. */
  tickets: readonly string[]
  /** Jobs that waited for a slot at that moment. */
  waiting: number
}

export interface LeftBehindOptions {
  redisUrl: string
  namespace: string
  hostIds: readonly string[]
  log: Logger
}

/** Its tickets come back after ten seconds, and are another's then. */
const ANSWER_MS = 3_000

/** @returns null when Redis could not be asked: it may be what is broken at that moment */
export async function readLeftBehind(
  worker: string,
  { redisUrl, namespace, hostIds, log }: LeftBehindOptions,
): Promise<LeftBehind | null> {
  const redis = createRedis(redisUrl, 'worker', { emit: tellNobody })
  const keys = createKeys(namespace)
  const queues = createQueues({ redis, keys })
  const backlog = createBacklog({ redis, keys })
  const tickets = createTickets(queues)

  async function held(hostId: string): Promise<{ tickets: string[]; without: string[] }> {
    const names = HOST_STAGES.map((stage) => hostQueueOf(hostId, stage))
    const active = await Promise.all(
      names.map(async (name) => (await queues.get(name)).getActive()),
    )
    const own = active.flat().filter(({ processedBy }) => processedBy === worker)
    const without = await tickets.missing(hostId, 'execute', await backlog.dispatched(hostId))
    return {
      tickets: own.map(({ data }) => ticketSchema.parse(data).jobId),
      without: without.map(({ jobId }) => jobId),
    }
  }

  const patience = new AbortController()
  const tooLate = new Promise<null>((resolve) => {
    const timer = setTimeout(() => resolve(null), ANSWER_MS)
    patience.signal.addEventListener('abort', () => clearTimeout(timer))
  })
  async function read(): Promise<LeftBehind> {
    const [all, waiting] = [await Promise.all(hostIds.map(held)), await backlog.depth()]
    const tickets = all.flatMap((one) => one.tickets)
    return { jobIds: [...tickets, ...all.flatMap(({ without }) => without)], tickets, waiting }
  }
  try {
    return await Promise.race([read(), tooLate])
  } catch (error) {
    log.debug({ err: error, worker }, 'what it left behind is not known')
    return null
  } finally {
    patience.abort()
    await queues.close().catch(() => undefined)
    await closeRedis(redis)
  }
}
