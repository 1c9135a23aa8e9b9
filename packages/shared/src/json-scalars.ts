/**
 * What stands bare in a JSON text: numbers, and the constants that only Python writes. Strings are passed over. Linear.
 * Without zod: clients carry it to browsers.
 */
import { endOfScalar, endOfString } from './json-text.ts'

const QUOTE = 0x22

/** Calls `visit` for every number, in order. */
export function forEachNumber(text: string, visit: (from: number, to: number) => void): void {
  let at = 0
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      at = endOfString(text, at)
    } else if (startsNumber(code)) {
      const to = endOfScalar(text, at)
      visit(at, to)
      at = to
    } else {
      at += 1
    }
  }
}

/** How many characters the longest number has that has more than `most`; 0 when none has. */
export function longestNumberBeyond(text: string, most: number): number {
  if (!hasRunBeyond(text, most)) return 0
  let longest = 0
  forEachNumber(text, (from, to) => (longest = Math.max(longest, to - from)))
  return longest > most ? longest : 0
}

/** Whether so many characters in a row could be of a number, in a string or not. One of them is at a multiple of their number. */
function hasRunBeyond(text: string, most: number): boolean {
  for (let at = most; at < text.length; at += most + 1) {
    if (!isOfNumber(text.charCodeAt(at))) continue
    let from = at
    while (from > 0 && isOfNumber(text.charCodeAt(from - 1)) && at - from <= most) from -= 1
    let to = at + 1
    while (to < text.length && isOfNumber(text.charCodeAt(to)) && to - from <= most) to += 1
    if (to - from > most) return true
  }
  return false
}

/** A digit, a sign, a point or an exponent's letter. */
function isOfNumber(code: number): boolean {
  return startsNumber(code) || code === 0x2b || code === 0x2e || code === 0x65 || code === 0x45
}

const CONSTANTS = ['NaN', 'Infinity', '-Infinity', '-NaN']

/** Python's bare `NaN`, `Infinity` and `-Infinity`, which are no JSON, as `null`; what stands in strings stays. */
export function withoutConstants(text: string): string {
  const parts: string[] = []
  let kept = 0
  let at = 0
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      at = endOfString(text, at)
      continue
    }
    const constant = mayBeConstant(code) && CONSTANTS.find((name) => text.startsWith(name, at))
    if (!constant || isWordPart(text, at + constant.length)) {
      at += 1
      continue
    }
    parts.push(text.slice(kept, at), 'null')
    at += constant.length
    kept = at
  }
  return parts.length === 0 ? text : parts.join('') + text.slice(kept)
}

/** N, I or a minus. */
function mayBeConstant(code: number): boolean {
  return code === 0x4e || code === 0x49 || code === 0x2d
}

function isWordPart(text: string, at: number): boolean {
  return /^\w/.test(text.charAt(at))
}

/** A digit or a minus. */
function startsNumber(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || code === 0x2d
}
