/** Words of `GET /jobs/{id}/why`: times, counts and lists as people say them. */
import { andMore } from '@safelight/shared'
import type { FailureCause } from '@safelight/store'

const DAY_MS = 24 * 3_600_000

/** `09:12 UTC`; with its day when that is not within a day of now. */
export function toClock(ms: number, nowMs: number): string {
  const iso = new Date(ms).toISOString()
  const isNear = Math.abs(nowMs - ms) < 60_000
  const time = iso.slice(11, isNear ? 19 : 16)
  return Math.abs(nowMs - ms) < DAY_MS / 2 ? `${time} UTC` : `${iso.slice(0, 10)} ${time} UTC`
}

/** `0.4 s` is told as `1 s`; `12 s`, `3 min`, `2 h 5 min`, `3 days`. */
export function toSpan(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1_000))
  if (seconds < 90) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 90) return `${minutes} min`
  if (minutes >= 48 * 60) return `${Math.round(minutes / 1_440)} days`
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60]
  return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`
}

/** `1 job`, `12 jobs` */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

const TOLD_AT_MOST = 5

/** As many as somebody reads; then how many more there are. */
export function toList(items: readonly string[], separator = ', '): string {
  const told = items.slice(0, TOLD_AT_MOST)
  const rest = items.length - told.length
  return [...told, ...(rest > 0 ? [andMore(rest)] : [])].join(separator)
}

/** `both busy`, `all busy`, `2 busy, 1 draining` */
export function toTally(words: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  const [first] = words
  if (first === undefined) return ''
  if (counts.size > 1) return [...counts].map(([word, times]) => `${times} ${word}`).join(', ')
  if (words.length === 1) return first
  return `${words.length === 2 ? 'both' : 'all'} ${first}`
}

/** Sentences of what there is to say: each begins with a capital, parts are separated by `;`. */
export function toSentence(parts: readonly (string | null)[]): string {
  const text = parts.filter((part) => part !== null && part !== '').join('; ')
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.…]$/.test(text) ? '' : '.'}`
}

/** A sentence inside another one: `It refuses connections` goes on as `it …`, while `CUDA …` stays. */
export function toInner(sentence: string): string {
  return sentence.replace(/^[A-Z](?=[a-z]* )/, (letter) => letter.toLowerCase())
}

const CAUSES: Record<FailureCause, string> = {
  node: 'a node failed',
  out_of_memory: 'it ran out of memory',
  device_fault: 'the device is broken',
  host_unavailable: 'the host was lost',
  stalled: 'nothing moved any more',
  interrupted: 'somebody interrupted it',
  internal: 'an internal error',
  output_gone: 'an output was gone',
  picture_missed: 'pictures did not arrive',
}

export function toCauseText(cause: FailureCause): string {
  return CAUSES[cause]
}
