/** What the answers of the contract are asked on, and those that all operations have alike. */
import type { ApiStack } from './api-stack.ts'

export interface Ground {
  stack: ApiStack
  /** Open to all. */
  base: string
  /** Wants a token. */
  guarded: string
  /** Takes one job and one stream. */
  small: string
}

export type Ask = (ground: Ground) => Promise<Response>

/** A page that may not call. */
const FOREIGN = { origin: 'https://elsewhere.example' }
/** Nothing has this id. */
export const NOBODY = '00000000-0000-4000-8000-000000000000'
/** Redis has something else there than it should: trouble of ours, not of who asks. */
export async function spoil({ stack: { redis } }: Ground, ...keys: string[]): Promise<void> {
  for (const key of keys) {
    await redis.del(key)
    await redis.rpush(key, 'what is this')
  }
}

export interface Init {
  method: string
  headers?: Record<string, string>
  body?: string | FormData
}

/** The answers that all operations have alike, to `init` at the path of something that is not there. */
export function alike(path: string, init: Init): Record<401 | 403 | 404, Ask> {
  return {
    401: ({ guarded }) => fetch(`${guarded}${path}`, init),
    403: ({ base }) =>
      fetch(`${base}${path}`, { ...init, headers: { ...init.headers, ...FOREIGN } }),
    404: ({ base }) => fetch(`${base}${path}`, init),
  }
}

/** A request with a JSON body. */
export const json = (body: object): Init => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})
