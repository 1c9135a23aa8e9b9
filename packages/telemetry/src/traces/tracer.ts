/** Spans as the rest of us sees them: whoever makes them is loaded only where traces are wanted. */
import type { TraceContext } from '@safelight/runtime'

export type Attributes = Record<string, string | number | boolean>

export interface SpanStart {
  name: string
  /** `server`: the answer to a request. */
  kind?: 'server'
  /** Made from what it is about, so that other processes know it; a random one unless given. */
  spanId?: string
  /** What it is a part of; for one that is a part of nothing, the id of the trace that it begins (null: a random one). */
  parent: TraceContext | { traceId: string | null }
  /** ms since the epoch. Never before its parent's, if that is an open one of ours. */
  startMs: number
  attributes?: Attributes
  /** What came before it, and is no part of it. */
  links?: readonly TraceContext[]
}

export interface SpanEnd {
  attributes?: Attributes
  /** `ok`, or the code of what went wrong; none for what is neither. */
  status?: 'ok' | { code: string } | undefined
}

export interface OpenSpan {
  readonly context: TraceContext
  /** Nobody wants to see it: what is part of it need not be made. */
  readonly isRecorded: boolean
  readonly startMs: number
  /** Something that happened during it. */
  note(name: string, atMs: number): void
  /** Sent some time after. One that is never ended is never sent. */
  end(atMs: number, end?: SpanEnd): void
}

export interface Tracer {
  start(start: SpanStart): OpenSpan
}
