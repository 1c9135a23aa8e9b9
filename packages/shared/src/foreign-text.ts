/** Cuts foreign text and foreign JSON down to a size, before anything else looks at it. All of it linear in what is kept. */
import { ExactNumber, toNumberText } from './exact-json.ts'
import { LINE_MAX } from './limits.ts'

/** The end of a text that was cut. */
const CUT = '…'
/** Deep enough for what nodes say of their inputs. */
const MAX_DEPTH = 6
/** Items of a list, or names of an object: what somebody reads of it. */
const MAX_ITEMS = 20
const MAX_STRING = 1_000

/** The beginning of a text, at most `max` characters and `…` where it was cut. */
export function cutText(text: string, max: number): string {
  if (text.length <= max) return text
  const end = max - CUT.length
  // half of a character outside of the basic plane is none
  const isHalf = /[\uD800-\uDBFF]/.test(text.charAt(end - 1))
  return text.slice(0, isHalf ? end - 1 : end) + CUT
}

/**
 * Halves of characters become `\ufffd`: UTF-8 has no bytes for them, so that what encodes them throws. JSON brings them, of
 * clients and of hosts whose file names are no UTF-8.
 */
export function toWellFormed(text: string): string {
  return text.replaceAll(/\p{Surrogate}/gu, '\ufffd')
}

/** Nearly all texts are lines already, and to look is much cheaper than to replace each space by another. */
const IS_NO_LINE = /[^\S ]|\p{Cc}| {2}/u

/** Text on one line: what would break or hide it becomes a space. */
export function toLine(text: string, max = LINE_MAX): string {
  // first cut, with room for spaces that will fall together
  const start = text.slice(0, max * 4)
  const line = (IS_NO_LINE.test(start) ? start.replace(/[\s\p{Cc}]+/gu, ' ') : start).trim()
  return start.length < text.length && line.length < max ? `${line}${CUT}` : cutText(line, max)
}

/** Bytes of a value as JSON. */
export function jsonBytes(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value) ?? '').byteLength
}

/**
 * A copy of foreign JSON that has at most about `maxBytes` as JSON: long texts are cut, long lists end with
 * `… and N more`, and what is too deep is left out.
 * @param clean what else happens to each text, e.g. paths are taken out; gets texts of bounded length
 */
export function boundJson(
  value: unknown,
  maxBytes: number,
  clean: (text: string) => string = (text) => text,
): unknown {
  return copy(value, { left: maxBytes, clean }, 0)
}

interface Room {
  left: number
  clean: (text: string) => string
}

function copy(value: unknown, room: Room, depth: number): unknown {
  if (typeof value === 'string') return take(room, value)
  if (value instanceof ExactNumber || typeof value === 'bigint') {
    return take(room, toNumberText(value) ?? '')
  }
  if (typeof value !== 'object' || value === null) {
    room.left -= 8
    // JSON has no other scalars
    return typeof value === 'number' || typeof value === 'boolean' ? value : null
  }
  if (depth === MAX_DEPTH) return take(room, CUT)
  return Array.isArray(value) ? copyList(value, room, depth) : copyObject(value, room, depth)
}

function copyList(list: readonly unknown[], room: Room, depth: number): unknown[] {
  const kept: unknown[] = []
  for (const item of list) {
    if (kept.length === MAX_ITEMS || room.left <= 0) break
    room.left -= 2
    kept.push(copy(item, room, depth + 1))
  }
  return kept.length < list.length ? [...kept, andMore(list.length - kept.length)] : kept
}

function copyObject(object: object, room: Room, depth: number): Record<string, unknown> {
  const kept: [string, unknown][] = []
  const entries = Object.entries(object)
  for (const [name, inner] of entries) {
    if (kept.length === MAX_ITEMS || room.left <= 0) break
    const key = take(room, cutText(name, LINE_MAX))
    kept.push([key, copy(inner, room, depth + 1)])
  }
  const more = entries.length - kept.length
  return Object.fromEntries(more > 0 ? [...kept, [CUT, andMore(more)]] : kept)
}

/** A text, as far as there is room for it. */
function take(room: Room, text: string): string {
  const max = Math.min(MAX_STRING, Math.max(room.left, 1))
  // a path at the end of what is kept must be seen whole to be taken out
  const cut = cutText(room.clean(text.slice(0, MAX_STRING * 2)), max)
  const isCut = text.length > MAX_STRING * 2 && !cut.endsWith(CUT)
  const kept = isCut ? cutText(cut + CUT, max) : cut
  room.left -= jsonBytes(kept) + 2
  return kept
}

/** The one way to say that something was left out. */
export function andMore(count: number): string {
  return `… and ${count} more`
}
