/** The one error for "Redis cannot do this now": whatever the client library calls it, callers see a code. */

/** `away`: no answer. `full`: no memory for writes. `read_only`: takes no writes, e.g. in a failover. `loading`: just started. `unreplicated`: too few replicas follow. `denied`: it does not accept our password, or our user may not do this. */
export type OutageReason = 'away' | 'full' | 'read_only' | 'loading' | 'unreplicated' | 'denied'

const MESSAGES: Record<OutageReason, string> = {
  away: 'Redis did not answer',
  full: 'Redis is full and takes no writes',
  read_only: 'Redis takes no writes',
  loading: 'Redis is loading its data',
  unreplicated: 'Too few replicas follow Redis',
  denied: 'Redis does not accept our user or password, or refuses it a command',
}

export class RedisUnavailable extends Error {
  readonly code = 'unavailable'
  readonly reason: OutageReason

  constructor(cause: unknown, reason: OutageReason = 'away', message = MESSAGES[reason]) {
    super(message, { cause })
    this.name = 'RedisUnavailable'
    this.reason = reason
  }
}

/** It still takes writes: we keep what is left for the ends of what was accepted. */
export class RedisNearlyFull extends RedisUnavailable {
  constructor({ percent, highWaterPercent }: { percent: number; highWaterPercent: number }) {
    const limit = `REDIS_HIGH_WATER is ${highWaterPercent}`
    const message = `Redis is at ${Math.floor(percent)} % of its memory (${limit}): new jobs and uploads are refused`
    super(undefined, 'full', message)
    this.name = 'RedisNearlyFull'
  }
}

/** Waits for a reply and names the failure. Every command of the store and the queue goes through here. */
export async function ask<T>(reply: Promise<T>): Promise<T> {
  try {
    return await reply
  } catch (error) {
    throw nameFailure(error)
  }
}

/** For replies that come as values, as those of a transaction do. */
export function nameFailure(error: unknown): unknown {
  const code = replyCode(error)
  // no reply at all: the connection, or the time for it, is gone
  if (code === null) return error instanceof RedisUnavailable ? error : new RedisUnavailable(error)
  if (code === 'EXECABORT') return nameFailure(firstOfTransaction(error))
  const reason = NOT_NOW.get(code)
  // a reply that is an error came from a Redis that is there: a mistake of ours
  return reason ? new RedisUnavailable(error, reason) : error
}

/** These mean "not now", all others "never". */
const NOT_NOW: ReadonlyMap<string, OutageReason> = new Map([
  ['OOM', 'full'],
  ['READONLY', 'read_only'],
  // too few replicas, or the disk is full: writes are refused, reads go on
  ['NOREPLICAS', 'read_only'],
  ['MISCONF', 'read_only'],
  ['LOADING', 'loading'],
  ['BUSY', 'loading'],
  ['MASTERDOWN', 'away'],
  ['CLUSTERDOWN', 'away'],
  ['TRYAGAIN', 'away'],
  // a password was changed, or what a user may do: whoever did it mends it, and no job is to be lost for it
  ['NOAUTH', 'denied'],
  ['WRONGPASS', 'denied'],
  ['NOPERM', 'denied'],
])

/** Redis 7.0 gives what its lists of rights refuse inside a script no code of its own. */
const REFUSED_IN_SCRIPT = /^ERR (?:The user executing the script can't |ACL failure in script)/

/** The code of an error that Redis replied: its first word. Null for every other error. */
export function replyCode(error: unknown): string | null {
  if (!(error instanceof Error) || error.name !== 'ReplyError') return null
  const code = error.message.split(' ', 1)[0] ?? ''
  if (REFUSED_IN_SCRIPT.test(error.message)) return 'NOPERM'
  // of a transaction that was refused as a whole, and not for a command in it
  const ofExec = code === 'EXECABORT' ? / because of: ([A-Z]+)/.exec(error.message)?.[1] : undefined
  if (ofExec) return ofExec
  // before Redis 7 what a script met was wrapped: `ERR Error running script (…): …: -OOM command not allowed…`
  const wrapped = code === 'ERR' ? / -([A-Z]+) /.exec(error.message)?.[1] : undefined
  return wrapped ?? code
}

/** Why a command failed, or a connection: for counting, and for telling one outage from another. `other`: a mistake of ours. */
export function whyFailed(error: unknown): OutageReason | 'other' {
  const named = nameFailure(error)
  return named instanceof RedisUnavailable ? named.reason : 'other'
}

/** It is there, and refuses for a reason that passes: what a command throws, of ours or of BullMQ. */
export function isRefusedForNow(error: unknown): boolean {
  return replyCode(error) !== null && whyFailed(error) !== 'other'
}

/** How loud it is said that something failed: an outage is told by the client, once, and not by all who meet it. */
export function levelOf(error: unknown): 'debug' | 'warn' {
  return error instanceof RedisUnavailable ? 'debug' : 'warn'
}

/** A transaction is aborted because a command in it was refused; the client library keeps why. */
function firstOfTransaction(error: unknown): unknown {
  const previous: unknown =
    error instanceof Error && 'previousErrors' in error ? error.previousErrors : undefined
  return Array.isArray(previous) ? previous[0] : undefined
}
