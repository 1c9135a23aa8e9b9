/** What a submission asks for, as one hash: two requests that mean the same have the same. */
import { createHash } from 'node:crypto'
import { parseExact, stringifyExact, type SubmitRequest } from '@safelight/shared'

/**
 * Without `extra_data`, as the contract says: a renewed credential makes no other request.
 * @param workflow its text: two seeds that JavaScript cannot tell apart are two requests
 */
export function hashRequest(
  { extra_data: _credential, ...request }: SubmitRequest,
  workflow: string,
): string {
  const {
    priority = 0,
    metadata = null,
    node_retries = 0,
    allow_partial_results,
    ...rest
  } = request
  const meant = {
    ...rest,
    workflow: parseExact(workflow),
    priority,
    metadata,
    node_retries,
    // named only when it says something: the hashes of before it was there stay what they were
    ...(allow_partial_results && { allow_partial_results }),
  }
  return createHash('sha256')
    .update(stringifyExact(meant, { sorted: true }))
    .digest('base64url')
}
