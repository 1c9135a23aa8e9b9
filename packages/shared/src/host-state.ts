/** The state of a host and why it is in it: the one vocabulary. Without zod: clients carry it to browsers. */

export const HOST_STATES = [
  'starting',
  'ready',
  'busy',
  'draining',
  'degraded',
  'quarantined',
  'offline',
] as const
export type HostState = (typeof HOST_STATES)[number]

/** What each reason means, in words for people; the code is what programs go by. */
const HOST_REASONS = {
  not_reached_yet: 'It has not answered yet.',
  idle: 'It has nothing to do.',
  has_prompts: 'It has prompts to run.',
  drain_requested: 'It was asked to take no new prompts.',
  socket_deaf: 'It runs prompts, but its messages do not arrive; jobs end by polling.',
  partly_reachable: 'Some of its workers cannot reach it.',
  executor_stuck: 'A prompt does not move and ignores its interrupt.',
  device_fault: 'Its device failed several jobs; one at a time shows whether it works again.',
  unreachable: 'It refuses connections.',
  not_answering: 'It does not answer in time.',
  unauthorized: 'It, or a proxy before it, does not accept our credentials.',
  bad_answer: 'It answers, but not as ComfyUI does.',
  resting: 'It lost or starved a job, and rests before it gets another.',
  workers_leave: 'Its workers end, or have it on their lists no more: what it has runs to its end.',
  no_worker: 'No worker reports on it.',
} as const

export type HostReasonCode = keyof typeof HOST_REASONS
// Object.keys is typed as string[]: these are the keys of a constant
export const HOST_REASON_CODES = Object.keys(HOST_REASONS) as HostReasonCode[]

export interface HostReason {
  code: HostReasonCode
  message: string
}

/** @param message other words than the usual, e.g. an operator's */
export function toHostReason(code: HostReasonCode, message?: string | null): HostReason {
  return { code, message: message ?? HOST_REASONS[code] }
}

/** Whether a host in this state gets new prompts. */
export function takesPrompts(state: HostState): boolean {
  return state === 'ready' || state === 'busy' || state === 'degraded'
}
