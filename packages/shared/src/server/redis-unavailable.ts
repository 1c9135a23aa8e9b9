/** The one error for "Redis is away": whatever the client library calls it, callers see a code. */

export class RedisUnavailable extends Error {
  readonly code = 'unavailable'

  constructor(cause: unknown) {
    super('Redis did not answer', { cause })
    this.name = 'RedisUnavailable'
  }
}

/** Waits for a reply and names the failure. Every command of the store and the queue goes through here. */
export async function ask<T>(reply: Promise<T>): Promise<T> {
  try {
    return await reply
  } catch (error) {
    // a reply that is an error came from a Redis that is there: a mistake of ours, or LOADING and its like
    throw isRefusal(error) ? error : new RedisUnavailable(error)
  }
}

// the first word of a Redis error is its code: these mean "not now", all others "never"
const NOT_NOW = new Set(['LOADING', 'READONLY', 'MASTERDOWN', 'CLUSTERDOWN', 'TRYAGAIN', 'OOM'])

function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error) || error.name !== 'ReplyError') return false
  return !NOT_NOW.has(error.message.split(' ', 1)[0] ?? '')
}
