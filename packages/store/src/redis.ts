/** Where Redis clients are made: one set of options per role, each with its reason. */
import {
  type CommonEvents,
  type Emit,
  isTlsUrl,
  parseSentinelUrl,
  type RedisTls,
  startTimeLimit,
} from '@safelight/runtime'
import { type Command, Redis, type RedisOptions } from 'ioredis'
import { tellRefusals, tellStateChanges } from './redis-telling.ts'
import { RedisUnavailable, replyCode } from './redis-unavailable.ts'
import { PatientSentinelConnector } from './sentinel-connector.ts'
import { type StoreTimings, toStoreTimings } from './timings.ts'

/**
 * `api` answers people and must fail fast; `worker` (and BullMQ) waits out any outage;
 * `subscriber` only listens and comes back by itself.
 */
export type RedisRole = 'api' | 'worker' | 'subscriber'

/** A Redis that hangs does not close its end; after a failover nobody waits for that. */
const GOODBYE_MS = 200

/** To a Sentinel that is only listened to; the others tell the same. */
const SENTINEL_BACK_MS = 10_000

// replyMapping decides the client's type; ours is the default everywhere
type OurOptions = Omit<RedisOptions, 'replyMapping'>
const OPTIONS: Record<RedisRole, OurOptions> = {
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
  /** Told when Redis goes and comes, and of what it refuses. */
  emit: Emit<CommonEvents>
  /** For a `rediss://` url. */
  tls?: RedisTls | undefined
  timings?: Partial<StoreTimings>
  /** A command that was not answered when the connection broke is sent again on the next one, unless told. */
  resends?: boolean
}

/**
 * Opens a client. It always has an 'error' listener and tells when Redis goes and comes.
 * @param url as REDIS_URL has it, also with Sentinels
 */
export function createRedis(url: string, role: RedisRole, opening: RedisOpening): Redis {
  const { emit } = opening
  const timings = toStoreTimings(opening.timings)
  const again = (times: number) =>
    Math.min(50 * 2 ** Math.min(times, 10), timings.redisRetryAtMostMs)
  const options: OurOptions = {
    ...OPTIONS[role],
    connectTimeout: timings.redisConnectMs,
    disconnectTimeout: GOODBYE_MS,
    retryStrategy: again,
    sentinelRetryStrategy: again,
    sentinelCommandTimeout: timings.redisConnectMs,
    connectionName: `safelight-${role}`,
    // a command that only Redis 7.2 has: no list of a user's commands may name it that older ones are to read
    disableClientInfo: true,
    reconnectOnError: createFailover(role, timings.redisFailoverLookMs),
    ...(opening.resends === false && { autoResendUnfulfilledCommands: false }),
  }
  const redis = openClient(url, opening.tls, options)
  // a Redis that accepts connections but does not answer (stopped, swapping) counts as away, and
  // whoever subscribes on behalf of a client gets an answer either way. Not for workers: it would
  // cut BullMQ's blocking reads.
  if (role !== 'worker') limitCommands(redis, timings.redisCommandMs)
  if (role !== 'api') waitToBeLetIn(redis)
  tellRefusals(redis, role, emit)
  writeTogether(redis)
  tellStateChanges(redis, role, emit)
  return redis
}

/** BullMQ's own connections are made from the options of this one: they find the primary, and its TLS, by themselves. */
function openClient(url: string, tls: RedisTls | undefined, options: OurOptions): Redis {
  const behind = parseSentinelUrl(url)
  if (!behind) return new Redis(url, { ...options, ...(isTlsUrl(url) && { tls: tls ?? {} }) })
  const { sentinels, master, username, password, db } = behind
  return new Redis({
    ...options,
    sentinels,
    name: master,
    db,
    ...(username !== null && { username }),
    ...(password !== null && { password }),
    ...(behind.sentinelUsername !== null && { sentinelUsername: behind.sentinelUsername }),
    ...(behind.sentinelPassword !== null && { sentinelPassword: behind.sentinelPassword }),
    ...(behind.tls && { tls: tls ?? {}, sentinelTLS: tls ?? {}, enableTLSForSentinelMode: true }),
    // a primary whose machine has lost power closes no connection: the Sentinels say that there is another
    failoverDetector: true,
    Connector: PatientSentinelConnector,
    sentinelMaxConnections: 3,
    sentinelReconnectStrategy: () => SENTINEL_BACK_MS,
  })
}

/**
 * A Redis that does not let us in is waited for like one that is away: the library would fail with each try to connect whatever
 * was asked meanwhile.
 */
function waitToBeLetIn(redis: Redis): void {
  const recover = redis.recoverFromFatalError.bind(redis)
  redis.recoverFromFatalError = (commandError, error) =>
    recover(commandError, error, { offlineQueue: false })
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

/** What is asked while the event loop goes through what has come in is written in one go: a write to a socket costs more than most commands. */
function writeTogether(redis: Redis): void {
  const send = redis.sendCommand.bind(redis)
  let corked: { uncork(): void } | null = null
  redis.sendCommand = (command, stream) => {
    if (!corked && redis.status === 'ready') {
      corked = redis.stream
      redis.stream.cork()
      setImmediate(() => {
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
