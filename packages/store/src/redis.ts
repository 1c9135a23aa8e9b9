/** Where Redis clients are made: one set of options per role, each with its reason. */
import { startTimeLimit, type Logger } from '@safelight/runtime'
import { type Command, Redis, type RedisOptions } from 'ioredis'
import { RedisUnavailable, replyCode } from './redis-unavailable.ts'
import { type StoreTimings, toStoreTimings } from './timings.ts'

/**
 * `api` answers people and must fail fast; `worker` (and BullMQ) waits out any outage;
 * `subscriber` only listens and comes back by itself.
 */
export type RedisRole = 'api' | 'worker' | 'subscriber'

// replyMapping decides the client's type; ours is the default everywhere
const OPTIONS: Record<RedisRole, Omit<RedisOptions, 'replyMapping'>> = {
  api: {
    // Redis away means 503 now, not a request that hangs until it returns
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
  },
  worker: {
    // BullMQ requires null: its blocking reads outlive reconnects
    maxRetriesPerRequest: null,
  },
  subscriber: {
    // the subscriptions are restored with the connection; what was said in between is re-read
    autoResubscribe: true,
    maxRetriesPerRequest: null,
  },
}

export interface RedisOpening {
  log: Logger
  timings?: Partial<StoreTimings>
}

/** Opens a client. It always has an 'error' listener and says in the log when Redis goes and comes. */
export function createRedis(url: string, role: RedisRole, opening: RedisOpening): Redis {
  const { log } = opening
  const timings = toStoreTimings(opening.timings)
  const redis = new Redis(url, {
    ...OPTIONS[role],
    connectTimeout: timings.redisConnectMs,
    retryStrategy: (times) => Math.min(50 * 2 ** Math.min(times, 10), timings.redisRetryAtMostMs),
    connectionName: `safelight-${role}`,
    reconnectOnError: createFailover(role, timings.redisFailoverLookMs),
  })
  // a Redis that accepts connections but does not answer (stopped, swapping) counts as away, and
  // whoever subscribes on behalf of a client gets an answer either way. Not for workers: it would
  // cut BullMQ's blocking reads.
  if (role !== 'worker') limitCommands(redis, timings.redisCommandMs)
  writeTogether(redis)
  logStateChanges(redis, log.child({ redis: role }))
  return redis
}

/** What the client library's `commandTimeout` does, but not used up while we are too busy to read the reply. */
function limitCommands(redis: Redis, ms: number): void {
  const send = redis.sendCommand.bind(redis)
  // after a reconnect the library sends a command again, and its time goes on
  const limited = new WeakSet<Command>()
  redis.sendCommand = (command, stream) => {
    if (!limited.has(command)) {
      limited.add(command)
      const callOff = startTimeLimit({
        ms,
        onExpired: () => command.reject(new Error('Command timed out')),
      })
      command.promise.then(callOff, callOff)
    }
    return send(command, stream)
  }
}

/** What is asked in one go is written in one: a write to a socket costs more than most commands. */
function writeTogether(redis: Redis): void {
  const send = redis.sendCommand.bind(redis)
  let corked: { uncork(): void } | null = null
  redis.sendCommand = (command, stream) => {
    if (!corked && redis.status === 'ready') {
      corked = redis.stream
      redis.stream.cork()
      process.nextTick(() => {
        corked?.uncork()
        corked = null
      })
    }
    return send(command, stream)
  }
}

/**
 * A primary that takes no writes has become a replica: its address may lead to the new primary by now.
 * Workers wait it out, so the refused command is sent again; whoever answers people does not.
 */
function createFailover(role: RedisRole, lookMs: number): (error: Error) => boolean | 1 | 2 {
  let lastAt = Number.NEGATIVE_INFINITY
  return (error) => {
    if (replyCode(error) !== 'READONLY') return false
    if (role === 'worker') return 2
    // not at every refusal: reads go on meanwhile
    if (performance.now() - lastAt < lookMs) return false
    lastAt = performance.now()
    return 1
  }
}

/** One line when Redis goes and one when it is back, not one per attempt to reconnect. */
function logStateChanges(redis: Redis, log: Logger): void {
  let away = false
  const goes = (error?: Error) => {
    if (away) return
    away = true
    log.warn(error ? { err: error } : {}, 'Redis is away')
  }
  redis.on('error', goes)
  redis.on('reconnecting', () => goes())
  redis.on('ready', () => {
    if (away) log.info('Redis is back')
    away = false
  })
}

/** Resolves when commands can be sent; rejects when the signal aborts or the client was closed. */
export async function whenReady(redis: Redis, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted()
  if (redis.status === 'ready') return
  await new Promise<void>((resolve, reject) => {
    const settle = (act: () => void) => () => {
      redis.off('ready', onReady)
      redis.off('end', onEnd)
      signal?.removeEventListener('abort', onAbort)
      act()
    }
    const onReady = settle(resolve)
    const onEnd = settle(() => reject(new RedisUnavailable(undefined)))
    const onAbort = settle(() => reject(signal?.reason))
    redis.on('ready', onReady)
    redis.on('end', onEnd)
    signal?.addEventListener('abort', onAbort)
    if (redis.status === 'end') onEnd()
  })
}

/**
 * For a client that is about to be closed, before those who still ask through it are: when Redis does not answer,
 * whatever waits for it fails now, or with the try to reconnect that is due, instead of waiting for its return.
 */
export async function dropIfAway(redis: Redis): Promise<void> {
  if (redis.status === 'ready' && (await answers(redis))) return
  redis.options.retryStrategy = () => null
  // while it pauses between two tries it would only forget the next one, and everybody who waits
  if (redis.status !== 'reconnecting') redis.disconnect()
}

async function answers(redis: Redis): Promise<boolean> {
  let callOff: NodeJS.Timeout | undefined
  const patience = new Promise<false>((resolve) => {
    callOff = setTimeout(() => resolve(false), redis.options.connectTimeout)
  })
  const answer = redis.ping().then(
    () => true,
    () => false,
  )
  const answered = await Promise.race([answer, patience])
  clearTimeout(callOff)
  return answered
}

/** Closes a client politely, and at once when Redis is not there to be polite to. */
export async function closeRedis(redis: Redis): Promise<void> {
  if (redis.status !== 'ready') return redis.disconnect()
  const impatient = setTimeout(() => redis.disconnect(), redis.options.connectTimeout)
  try {
    await redis.quit()
  } catch {
    redis.disconnect()
  } finally {
    clearTimeout(impatient)
  }
}
