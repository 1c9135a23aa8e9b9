/**
 * Ids of spans on which several processes must agree, though none of them tells the others: whoever takes a job over
 * goes on in the same trace, under the same attempt. See docs/adr/0027-span-ids-are-derived.md.
 */
import { createHash } from 'node:crypto'
import { type TraceContext, parseStoredTrace } from '@safelight/runtime'

const derive = (text: string, digits: number) =>
  createHash('sha256').update(`safelight ${text}`).digest('hex').slice(0, digits)

/** Of a job that is a part of nothing. */
export const traceIdOf = (jobId: string): string => derive(`trace ${jobId}`, 32)

export const jobSpanIdOf = (jobId: string): string => derive(`job ${jobId}`, 16)

export const attemptSpanIdOf = (jobId: string, attempt: number): string =>
  derive(`attempt ${jobId} ${attempt}`, 16)

/** What the span of a job is a part of. @param stored of its record */
export function parentOfJob(
  jobId: string,
  stored: string | null,
): TraceContext | { traceId: string } {
  return parseStoredTrace(stored) ?? { traceId: traceIdOf(jobId) }
}
