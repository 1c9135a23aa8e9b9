/** What a submission asks for, as one hash: two requests that mean the same have the same. */
import { createHash } from 'node:crypto'
import type { SubmitRequest } from '@safelight/shared'

/** Without `extra_data`, as the contract says: a renewed credential makes no other request. */
export function hashRequest({ extra_data: _credential, ...request }: SubmitRequest): string {
  const { priority = 0, metadata = null, node_retries = 0, ...rest } = request
  const meant = { ...rest, priority, metadata, node_retries }
  return createHash('sha256').update(JSON.stringify(meant, sortKeys)).digest('base64url')
}

/** For `JSON.stringify`: objects with their keys in one order. */
function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
