/**
 * The trace that a job belongs to, as W3C's Trace Context writes it. What a job's record keeps is one text: the `traceparent`
 * of what the job is a part of, and behind a space the `tracestate` that came with it.
 */

export interface TraceContext {
  /** 32 hex digits. */
  traceId: string
  /** 16 hex digits. */
  spanId: string
  /** Bit 0: it is recorded. */
  flags: number
  /** As it was sent; null for none. */
  state: string | null
}

/** Longer ones are not passed on: the standard asks for that many characters at least. */
const STATE_LENGTH = 512
const STATE_MEMBERS = 32
const LONGEST_PARENT = 256

/** @returns null for one that the standard tells to ignore */
export function parseTraceparent(header: string | undefined): Omit<TraceContext, 'state'> | null {
  if (header === undefined || header.length > LONGEST_PARENT) return null
  const match = PARENT.exec(header)
  if (!match) return null
  const [, version = '', traceId = '', spanId = '', flags = '', more] = match
  // later versions may say more at the end; ours may not
  if (version === 'ff' || (version === '00' && more !== undefined)) return null
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return null
  return { traceId, spanId, flags: Number.parseInt(flags, 16) & SAMPLED }
}

const PARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/
/** The only flag that is known. */
const SAMPLED = 1

/** @returns null for one that is too long or none at all: then it is left out, and the trace goes on */
export function parseTracestate(header: string | undefined): string | null {
  if (header === undefined || header.length > STATE_LENGTH) return null
  const members = header.split(',').flatMap((member) => member.trim() || [])
  if (members.length === 0 || members.length > STATE_MEMBERS) return null
  return members.every((member) => MEMBER.test(member)) ? members.join(',') : null
}

const MEMBER =
  /^[a-z0-9][a-z0-9_\-*/@]{0,255}=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/

/** What a request says. */
export function readTraceHeaders(headers: {
  traceparent?: string | undefined
  tracestate?: string | undefined
}): TraceContext | null {
  const parent = parseTraceparent(headers.traceparent)
  return parent && { ...parent, state: parseTracestate(headers.tracestate) }
}

export function toTraceparent({ traceId, spanId, flags }: Omit<TraceContext, 'state'>): string {
  return `00-${traceId}-${spanId}-${(flags & SAMPLED).toString(16).padStart(2, '0')}`
}

/** For a record. */
export function toStoredTrace(context: TraceContext): string {
  const parent = toTraceparent(context)
  return context.state === null ? parent : `${parent} ${context.state}`
}

/** @returns null for none, and for one that cannot be read */
export function parseStoredTrace(stored: string | null): TraceContext | null {
  if (!stored) return null
  const space = stored.indexOf(' ')
  if (space === -1) return readTraceHeaders({ traceparent: stored })
  return readTraceHeaders({
    traceparent: stored.slice(0, space),
    tracestate: stored.slice(space + 1),
  })
}
