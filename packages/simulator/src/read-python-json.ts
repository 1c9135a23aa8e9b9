/** JSON the way Python reads it: whole numbers keep every digit, 1.0 is no 1, and NaN and Infinity are numbers. */
import type { Json } from './record.ts'

/** A number that JavaScript would write otherwise, as it was written. */
export class PythonNumber {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
  /** Python's int, as against its float. */
  get isWhole(): boolean {
    return /^-?\d+$/.test(this.text)
  }
  valueOf(): number {
    return Number(this.text)
  }
}

const CONSTANTS: Readonly<Record<string, unknown>> = {
  true: true,
  false: false,
  null: null,
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
}
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

/** @throws SyntaxError */
export function readPythonJson(text: string): unknown {
  return read(text).value
}

/** The members of the object that the text is, each as it was written. @throws SyntaxError */
export function readMemberTexts(text: string): Map<string, string> {
  return read(text).members
}

function read(text: string): { value: unknown; members: Map<string, string> } {
  const members = new Map<string, string>()
  let at = 0
  let depth = 0

  const fail = (): SyntaxError => new SyntaxError(`unexpected ${text.charAt(at)} at ${at}`)

  function space(): void {
    while (at < text.length && ' \t\r\n'.includes(text.charAt(at))) at++
  }

  function expect(char: string): void {
    space()
    if (text.charAt(at) !== char) throw fail()
    at++
  }

  /** Items up to what closes them; `item` reads one. */
  function items(close: string, item: () => void): void {
    at++
    depth++
    space()
    while (text.charAt(at) !== close) {
      item()
      space()
      if (text.charAt(at) === close) break
      expect(',')
      space()
    }
    at++
    depth--
  }

  function string(): string {
    const from = at
    if (text.charAt(at) !== '"') throw fail()
    at++
    while (at < text.length && text.charAt(at) !== '"') at += text.charAt(at) === '\\' ? 2 : 1
    at++
    return JSON.parse(text.slice(from, at))
  }

  function scalar(): unknown {
    const from = at
    while (at < text.length && !' \t\r\n,]}'.includes(text.charAt(at))) at++
    const word = text.slice(from, at)
    if (Object.hasOwn(CONSTANTS, word)) return CONSTANTS[word]
    if (!NUMBER.test(word)) throw fail()
    return String(Number(word)) === word ? Number(word) : new PythonNumber(word)
  }

  function value(): unknown {
    space()
    const char = text.charAt(at)
    if (char === '"') return string()
    if (char === '[') {
      const list: unknown[] = []
      items(']', () => list.push(value()))
      return list
    }
    if (char !== '{') return scalar()
    const entries: [string, unknown][] = []
    items('}', () => {
      const key = string()
      expect(':')
      space()
      const from = at
      entries.push([key, value()])
      if (depth === 1) members.set(key, text.slice(from, at))
    })
    return Object.fromEntries(entries) satisfies Json
  }

  const whole = value()
  space()
  if (at < text.length) throw fail()
  return { value: whole, members }
}
