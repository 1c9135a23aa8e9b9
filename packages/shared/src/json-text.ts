/**
 * Values inside a JSON text, as they were written: numbers keep their digits, members their order. Each text must be
 * one that `JSON.parse` has taken: what is looked for is where values begin and end, not mistakes. Linear, and never
 * deeper on the stack than the path. Without zod: clients carry it to browsers.
 */

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c

export interface JsonMember {
  key: string
  /** Where its value begins and ends. */
  from: number
  to: number
}

/** The members of the object at `from`, in the order of the text; none when it is no object. */
export function* membersOf(text: string, from = 0): Generator<JsonMember> {
  let at = skipSpace(text, from)
  if (text[at] !== '{') return
  at = skipSpace(text, at + 1)
  while (text.charCodeAt(at) === QUOTE) {
    const end = endOfString(text, at)
    const key: string = JSON.parse(text.slice(at, end))
    const valueAt = skipSpace(text, skipSpace(text, end) + 1)
    const to = endOfValue(text, valueAt)
    yield { key, from: valueAt, to }
    at = skipSpace(text, to)
    if (text.charCodeAt(at) !== COMMA) return
    at = skipSpace(text, at + 1)
  }
}

/** The text of the value under these keys, at least one, or null. Of two with one key the last counts, as for `JSON.parse`. */
export function textAt(text: string, path: readonly string[]): string | null {
  const place = findPlace(text, path)
  return place && text.slice(place.from, place.to)
}

/** The same text with another value under these keys; unchanged when nothing is there. @param value JSON */
export function replaceAt(text: string, path: readonly string[], value: string): string {
  const place = findPlace(text, path)
  return place ? text.slice(0, place.from) + value + text.slice(place.to) : text
}

export type JsonPath = readonly (string | number)[]

/**
 * The same text with other values at these places; everything else stays byte for byte. A place that is not there is
 * passed over, and what lies within one that is replaced goes with it.
 * @param replacements json: what stands there from now on
 */
export function replaceTexts(
  text: string,
  replacements: readonly { path: JsonPath; json: string }[],
): string {
  if (replacements.length === 0) return text
  const wanted: WantedPlaces = { json: null, below: new Map() }
  for (const { path, json } of replacements) {
    let at = wanted
    for (const key of path) {
      const next: WantedPlaces = at.below.get(key) ?? { json: null, below: new Map() }
      at.below.set(key, next)
      at = next
    }
    at.json = json
  }
  const parts: string[] = []
  let kept = 0
  for (const { from, to, json } of findWanted(text, skipSpace(text, 0), wanted)) {
    parts.push(text.slice(kept, from), json)
    kept = to
  }
  return parts.join('') + text.slice(kept)
}

/** Where something is to be replaced: here, or below these keys. */
interface WantedPlaces {
  json: string | null
  below: Map<string | number, WantedPlaces>
}

/** In the order of the text. */
function* findWanted(
  text: string,
  from: number,
  { json, below }: WantedPlaces,
): Generator<{ from: number; to: number; json: string }> {
  if (json !== null) {
    yield { from, to: endOfValue(text, from), json }
    return
  }
  const places = new Map<WantedPlaces, number>()
  if (text[from] === '[') {
    for (const { index, at } of itemsOf(text, from)) {
      const wanted = below.get(index)
      if (wanted) places.set(wanted, at)
    }
  } else {
    for (const { key, from: at } of membersOf(text, from)) {
      const wanted = below.get(key)
      if (!wanted) continue
      // of two with one key the last counts, and stands where it stands
      places.delete(wanted)
      places.set(wanted, at)
    }
  }
  for (const [wanted, at] of places) yield* findWanted(text, at, wanted)
}

/** The items of the list at `from`: where each begins. */
function* itemsOf(text: string, from: number): Generator<{ index: number; at: number }> {
  let at = skipSpace(text, from + 1)
  for (let index = 0; at < text.length && text[at] !== ']'; index += 1) {
    yield { index, at }
    at = skipSpace(text, endOfValue(text, at))
    if (text.charCodeAt(at) !== COMMA) return
    at = skipSpace(text, at + 1)
  }
}

function findPlace(text: string, [key, ...below]: readonly string[], from = 0): JsonMember | null {
  let found: JsonMember | null = null
  for (const member of membersOf(text, from)) if (member.key === key) found = member
  return found && below.length > 0 ? findPlace(text, below, found.from) : found
}

export function endOfString(text: string, from: number): number {
  let at = from
  let escapes: number
  do {
    // the engine finds the next quote much faster than a loop does, and texts may be long
    at = text.indexOf('"', at + 1)
    if (at < 0) return text.length
    escapes = 0
    while (text.charCodeAt(at - 1 - escapes) === BACKSLASH) escapes += 1
  } while (escapes % 2 === 1)
  return at + 1
}

/** Numbers and words end where the punctuation goes on. */
export function endOfScalar(text: string, from: number): number {
  let at = from
  while (at < text.length && !endsScalar(text.charCodeAt(at))) at += 1
  return at
}

/** A space, or one of `,]}`. */
function endsScalar(code: number): boolean {
  return code === COMMA || code === 0x5d || code === 0x7d || isSpace(code)
}

export function skipSpace(text: string, from: number): number {
  let at = from
  while (at < text.length && isSpace(text.charCodeAt(at))) at += 1
  return at
}

function isSpace(code: number): boolean {
  // a byte order mark is no part of a text
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09 || code === 0xfeff
}

function endOfValue(text: string, from: number): number {
  let depth = 0
  let at = from
  do {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      at = endOfString(text, at)
    } else if (code === 0x7b || code === 0x5b) {
      depth += 1
      at += 1
    } else if (code === 0x7d || code === 0x5d) {
      depth -= 1
      at += 1
    } else {
      at = depth === 0 ? endOfScalar(text, at) : at + 1
    }
  } while (depth > 0 && at < text.length)
  return at
}
