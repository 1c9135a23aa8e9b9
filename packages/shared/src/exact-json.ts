/**
 * JSON whose numbers keep their text. A number that JavaScript would write otherwise (18446744073709551615, 1.0, 1e400)
 * is an `ExactNumber`; every other value is what `JSON.parse` makes of it. Without zod: clients carry it to browsers.
 */
import { forEachNumber } from './json-scalars.ts'
import { endOfScalar, endOfString, skipSpace } from './json-text.ts'

export class ExactNumber {
  /** As it was written. */
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
  /** The nearest number that JavaScript has. */
  valueOf(): number {
    return Number(this.text)
  }
  /** For who writes it with `JSON.stringify`. */
  toJSON(): number {
    return Number(this.text)
  }
}

/** The number a value is, or is nearest to; null for anything else. */
export function toNearestNumber(value: unknown): number | null {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  return value instanceof ExactNumber ? Number(value.text) : null
}

/** The digits of a number as they are sent; null for anything else. */
export function toNumberText(value: unknown): string | null {
  return toNearestNumber(value) === null ? null : stringifyExact(value)
}

/** A value for a number as it was written. */
export function toExactNumber(text: string): number | ExactNumber {
  const number = Number(text)
  return String(number) === text ? number : new ExactNumber(text)
}

/** @throws SyntaxError as `JSON.parse` does: the grammar is the engine's own */
export function parseExact(text: string): unknown {
  const plain: unknown = JSON.parse(text)
  let isPlain = true
  forEachNumber(text, (from, to) => {
    const written = text.slice(from, to)
    if (isPlain && String(Number(written)) !== written) isPlain = false
  })
  return isPlain ? plain : build(text)
}

function build(text: string): unknown {
  let at = 0

  function value(): unknown {
    at = skipSpace(text, at)
    switch (text.charAt(at)) {
      case '{':
        return object()
      case '[':
        return list()
      case '"':
        return string()
      default:
        return scalar()
    }
  }

  function object(): unknown {
    const entries: [string, unknown][] = []
    while (goesOn('}')) {
      const key = string()
      at = skipSpace(text, at) + 1
      entries.push([key, value()])
    }
    // not one by one: a member may be called `__proto__`
    return Object.fromEntries(entries)
  }

  function list(): unknown {
    const items: unknown[] = []
    while (goesOn(']')) items.push(value())
    return items
  }

  /** Steps over what opens or parts, to the next item, or over the end. */
  function goesOn(close: string): boolean {
    at = skipSpace(text, at)
    if (text.charAt(at) !== close) at = skipSpace(text, at + 1)
    if (text.charAt(at) !== close) return true
    at += 1
    return false
  }

  function string(): string {
    const from = at
    at = endOfString(text, from)
    return JSON.parse(text.slice(from, at))
  }

  function scalar(): unknown {
    const from = at
    at = endOfScalar(text, from)
    const written = text.slice(from, at)
    return /^[tfn]/.test(written) ? JSON.parse(written) : toExactNumber(written)
  }

  return value()
}

export interface ExactStyle {
  /** One step of indentation; everything on one line without. */
  indent?: string
  /** Members in one order, whatever theirs was. */
  sorted?: boolean
}

/** As `JSON.stringify` writes it, with exact numbers and bigints as their digits. */
export function stringifyExact(value: unknown, style: ExactStyle = {}): string {
  return write(value, style, '\n') ?? 'null'
}

/** @param newline a line break and the indentation of the place */
function write(value: unknown, style: ExactStyle, newline: string): string | undefined {
  if (value instanceof ExactNumber) return value.text
  if (typeof value === 'bigint') return String(value)
  if (typeof value !== 'object' || value === null || value instanceof Date) {
    return JSON.stringify(value)
  }
  const inner = newline + (style.indent ?? '')
  if (Array.isArray(value)) {
    const items = value.map((item) => write(item, style, inner) ?? 'null')
    return wrap(items, '[]', { style, newline })
  }
  const colon = style.indent ? ': ' : ':'
  const members = entriesOf(value, style).flatMap(([key, member]) => {
    const written = write(member, style, inner)
    return written === undefined ? [] : [`${JSON.stringify(key)}${colon}${written}`]
  })
  return wrap(members, '{}', { style, newline })
}

function entriesOf(value: object, { sorted }: ExactStyle): [string, unknown][] {
  const entries: [string, unknown][] = Object.entries(value)
  if (!sorted) return entries
  // names that are whole numbers come first, as in every object of JavaScript
  return Object.entries(Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1))))
}

function wrap(
  parts: readonly string[],
  braces: string,
  { style, newline }: { style: ExactStyle; newline: string },
): string {
  const [open = '', close = ''] = braces
  if (!style.indent || parts.length === 0) return open + parts.join(',') + close
  const inner = newline + style.indent
  return `${open}${inner}${parts.join(`,${inner}`)}${newline}${close}`
}
