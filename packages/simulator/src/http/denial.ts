/** What a proxy in front of a host does: no call comes through without its credentials. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Faults } from '../faults/faults.ts'

/** @returns the status that the call is denied with; null when it may pass */
export function denialOf(
  { headers }: IncomingMessage,
  { demandsAuthorization, deniedStatus }: Faults,
): number | null {
  if (demandsAuthorization === '' || headers.authorization === demandsAuthorization) return null
  return deniedStatus
}

export function deny(response: ServerResponse, status: number): void {
  const location = status >= 300 && status < 400 ? { location: '/login?next=/' } : {}
  response.writeHead(status, { 'content-type': 'text/html', ...location })
  response.end('<html><title>Log in</title></html>')
}
