/** What a Redis client tells of itself: that it is away or back, and what is refused. */
import type { CommonEvents, Emit } from '@safelight/runtime'
import type { Command, Redis } from 'ioredis'
import { type OutageReason, replyCode, whyFailed } from './redis-unavailable.ts'

/** What is no answer, but part of the way to one; and of a transaction, of which the command that was refused is told. */
const NO_REFUSALS: ReadonlySet<string | null> = new Set(['NOSCRIPT', 'EXECABORT'])

/** What the library says to a Redis that it has just reached. */
const GREETINGS: ReadonlySet<string> = new Set(['hello', 'auth', 'client', 'select', 'info'])

/** Tells of each command that fails, unless the client is being closed; of its copies, too: BullMQ waits for tickets with one. */
export function tellRefusals(redis: Redis, role: string, emit: Emit<CommonEvents>): void {
  const send = redis.sendCommand.bind(redis)
  const told = new WeakSet<Command>()
  const onRefused = (error: unknown) => {
    const reply = replyCode(error)
    if (redis.status === 'end' || NO_REFUSALS.has(reply)) return
    emit('redis:failed', { role, why: whyFailed(error), reply })
  }
  redis.sendCommand = (command, stream) => {
    const greets = redis.status !== 'ready' && GREETINGS.has(command.name)
    if (!greets && !told.has(command)) {
      told.add(command)
      command.promise.catch(onRefused)
    }
    return send(command, stream)
  }
  const copy = redis.duplicate.bind(redis)
  redis.duplicate = (override) => {
    const other = copy(override)
    tellRefusals(other, role, emit)
    return other
  }
}

/** Clients that are away, and why. */
const outages = new WeakMap<Redis, OutageReason>()

/** Why a client that does not answer is away: Redis may be there, and not accept it. */
export function outageOf(redis: Redis): OutageReason {
  return outages.get(redis) ?? 'away'
}

/** Once for each cause when Redis goes, and once when it is back, not with each attempt to reconnect. */
export function tellStateChanges(redis: Redis, role: string, emit: Emit<CommonEvents>): void {
  let awayAt: number | null = null
  const told = new Set<OutageReason>()
  const goes = (why: OutageReason, error?: Error) => {
    awayAt ??= performance.now()
    outages.set(redis, why)
    if (told.has(why)) return
    told.add(why)
    emit('redis:away', { role, error, why })
  }
  redis.on('error', (error) => {
    const why = whyFailed(error)
    // it is there, and said so: no command of ours was asked for yet
    const reply = replyCode(error)
    if (reply !== null) emit('redis:failed', { role, why, reply })
    goes(why === 'other' ? 'away' : why, error)
  })
  redis.on('reconnecting', () => {
    if (awayAt === null) goes('away')
  })
  redis.on('ready', () => {
    outages.delete(redis)
    if (awayAt === null) return
    const awayMs = performance.now() - awayAt
    awayAt = null
    told.clear()
    emit('redis:back', { role, awayMs })
  })
}
