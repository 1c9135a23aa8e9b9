/** The text of a JSON body beside what was parsed from it: JavaScript's numbers do not hold every digit of it. */
import type { IncomingMessage } from 'node:http'
import { ApiError } from '@safelight/shared'

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
  return body ? decode(body) : ''
}

function decode({ bytes, encoding }: Body): string {
  try {
    return new TextDecoder(encoding || 'utf-8').decode(bytes)
  } catch (cause) {
    // what parsed the body knows more encodings
    throw new ApiError('invalid_request', 'Send the body in UTF-8.', { cause })
  }
}
