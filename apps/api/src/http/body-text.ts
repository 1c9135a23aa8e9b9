/** The text of a JSON body beside what was parsed from it: JavaScript's numbers do not hold every digit of it. */
import type { IncomingMessage } from 'node:http'

interface Body {
  bytes: Buffer
  encoding: string
}

/** As long as the request itself. */
const bodies = new WeakMap<IncomingMessage, Body>()

/** For `express.json`: its `verify`, called before it parses. */
// oxlint-disable-next-line max-params
export function keepBody(
  request: IncomingMessage,
  _response: unknown,
  bytes: Buffer,
  encoding: string,
): void {
  bodies.set(request, { bytes, encoding })
}

/** Without a byte order mark; empty when no JSON was sent. */
export function readBodyText(request: IncomingMessage): string {
  const body = bodies.get(request)
  return body ? new TextDecoder(body.encoding || 'utf-8').decode(body.bytes) : ''
}
