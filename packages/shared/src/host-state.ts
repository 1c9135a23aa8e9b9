/** The state of a host and why it is in it: the one vocabulary. */
import { z } from 'zod'

export const hostStateSchema = z
  .enum(['starting', 'ready', 'busy', 'draining', 'degraded', 'quarantined', 'offline'])
  .meta({
    id: 'HostState',
    description:
      '`starting`: not reached yet · `ready`: idle · `busy`: has prompts · `draining`: takes no new prompts · `degraded`: works, but not as it should · `quarantined`: its executor does not move · `offline`: cannot be reached. New prompts go to `ready`, `busy` and `degraded` hosts, in this order.',
  })
export type HostState = z.infer<typeof hostStateSchema>

/** What each reason means, in words for people; the code is what programs go by. */
const HOST_REASONS = {
  not_reached_yet: 'It has not answered yet.',
  idle: 'It has nothing to do.',
  has_prompts: 'It has prompts to run.',
  drain_requested: 'It was asked to take no new prompts.',
  socket_deaf: 'It runs prompts, but its messages do not arrive; jobs end by polling.',
  partly_reachable: 'Some of its workers cannot reach it.',
  executor_stuck: 'A prompt does not move and ignores its interrupt.',
  unreachable: 'It refuses connections.',
  not_answering: 'It does not answer in time.',
  bad_answer: 'It answers, but not as ComfyUI does.',
  resting: 'It lost or starved a job, and rests before it gets another.',
  no_worker: 'No worker reports on it.',
} as const

export type HostReasonCode = keyof typeof HOST_REASONS
// Object.keys is typed as string[]: these are the keys of a constant
const CODES = Object.keys(HOST_REASONS) as HostReasonCode[]

export const hostReasonSchema = z
  .object({ code: z.enum(CODES), message: z.string() })
  .meta({ id: 'HostReason' })
export type HostReason = z.infer<typeof hostReasonSchema>

/** @param message other words than the usual, e.g. an operator's */
export function toHostReason(code: HostReasonCode, message?: string | null): HostReason {
  return { code, message: message ?? HOST_REASONS[code] }
}

/** Whether a host in this state gets new prompts. */
export function takesPrompts(state: HostState): boolean {
  return state === 'ready' || state === 'busy' || state === 'degraded'
}
