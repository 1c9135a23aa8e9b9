/** Where a text stops being JSON, in words. Engines disagree on their messages, and some tell no place. */

export interface JsonError {
  /** From 1. */
  line: number
  column: number
  /** A whole sentence. */
  explanation: string
}

/** @returns null for a text that is JSON */
export function findJsonError(text: string): JsonError | null {
  const reader = createReader(text)
  const fault = reader.value() ?? reader.end()
  return fault && { ...placeOf(text, fault.at), explanation: fault.explanation }
}

interface Fault {
  at: number
  explanation: string
}

const SPACE = /[ \t\n\r]*/y
// of the control characters, only those below a space must be written as escapes
const STRING = /"(?:[^"\\\p{Cc}]|[\u007f-\u009f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy
const PLAIN = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y

/** No workflow is nested deeper; the reader calls itself for every level. */
const MAX_DEPTH = 400

/** Reads on as long as the text is JSON; every part returns the first fault it meets. */
function createReader(text: string) {
  let at = 0
  let depth = 0
  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = at
    const match = pattern.exec(text)
    at += match?.[0].length ?? 0
    return match !== null
  }
  const takeChar = (char: string): boolean => {
    take(SPACE)
    if (text[at] !== char) return false
    at += 1
    return true
  }
  const fault = (expected: string): Fault => {
    take(SPACE)
    return { at, explanation: explain(text, { at, expected }) }
  }

  function value(): Fault | null {
    if (takeChar('{')) return list({ close: '}', item: property })
    if (takeChar('[')) return list({ close: ']', item: value })
    return take(STRING) || take(PLAIN) ? null : fault('a value')
  }

  function property(): Fault | null {
    take(SPACE)
    if (!take(STRING)) return fault('a name in double quotes')
    return takeChar(':') ? value() : fault('a colon')
  }

  function list({ close, item }: { close: string; item: () => Fault | null }): Fault | null {
    if (takeChar(close)) return null
    depth += 1
    if (depth > MAX_DEPTH) return { at, explanation: 'It is nested too deeply.' }
    for (;;) {
      const wrong = item()
      if (wrong) return wrong
      if (takeChar(close)) {
        depth -= 1
        return null
      }
      if (!takeChar(',')) return fault(`a comma or the closing ${close}`)
    }
  }

  return { value, end: () => (take(SPACE), at === text.length ? null : fault('nothing more')) }
}

const SHOWN = 16

function explain(text: string, { at, expected }: { at: number; expected: string }): string {
  const rest = text.slice(at)
  if (rest === '') return `The text ends in the middle: ${expected} is missing.`
  if (rest.startsWith('"')) {
    STRING.lastIndex = at
    if (!STRING.test(text)) return 'The text that begins here in double quotes has no proper end.'
  }
  const found = (/^(?:[^\s{}[\],:"]+|"[^"\n]*"?|.)/.exec(rest)?.[0] ?? '').slice(0, SHOWN)
  if (expected === 'nothing more') return `The JSON is complete, yet ${found} follows.`
  if (/^[}\]]/.test(rest) && /,\s*$/.test(text.slice(0, at))) {
    return `The comma before this ${found} is one too many.`
  }
  return `Here should be ${expected}, but there is ${found}`
}

function placeOf(text: string, at: number): { line: number; column: number } {
  const before = text.slice(0, at).split('\n')
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
}
