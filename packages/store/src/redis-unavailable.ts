/** The one error for "Redis cannot do this now": whatever the client library calls it, callers see a code. */

/** `away`: no answer. `full`: no memory for writes. `read_only`: takes no writes, e.g. in a failover. `loading`: just started. */
export type OutageReason = 'away' | 'full' | 'read_only' | 'loading'

const MESSAGES: Record<OutageReason, string> = {
  away: 'Redis did not answer',
  full: 'Redis is full and takes no writes',
  read_only: 'Redis takes no writes',
  loading: 'Redis is loading its data',
}

export class RedisUnavailable extends Error {
  readonly code = 'unavailable'
  readonly reason: OutageReason

  constructor(cause: unknown, reason: OutageReason = 'away') {
    super(MESSAGES[reason], { cause })
    this.name = 'RedisUnavailable'
    this.reason = reason
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
])

/** The code of an error that Redis replied: its first word. Null for every other error. */
export function replyCode(error: unknown): string | null {
  if (!(error instanceof Error) || error.name !== 'ReplyError') return null
  const code = error.message.split(' ', 1)[0] ?? ''
  // before Redis 7 what a script met was wrapped: `ERR Error running script (…): …: -OOM command not allowed…`
  const wrapped = code === 'ERR' ? / -([A-Z]+) /.exec(error.message)?.[1] : undefined
  return wrapped ?? code
}

/** A transaction is aborted because a command in it was refused; the client library keeps why. */
function firstOfTransaction(error: unknown): unknown {
  const previous: unknown =
    error instanceof Error && 'previousErrors' in error ? error.previousErrors : undefined
  return Array.isArray(previous) ? previous[0] : undefined
}
