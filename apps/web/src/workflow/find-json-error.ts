/** Where a text stops being JSON, in words. Engines disagree on their messages, and some tell no place. */
import { printParseErrorCode, visit } from 'jsonc-parser'

export interface JsonError {
  /** From 1. */
  line: number
  column: number
  /** A whole sentence. */
  explanation: string
}

/** No workflow is nested deeper; the parser calls itself for every level. */
const MAX_DEPTH = 400

/** @returns null for a text that is JSON */
export function findJsonError(text: string): JsonError | null {
  const faults: Fault[] = []
  /** What closes each list we are in. */
  const open: ('}' | ']')[] = []
  const enter = (close: '}' | ']') => (at: number) => {
    open.push(close)
    if (open.length > MAX_DEPTH) throw new NestedTooDeeply(at)
  }
  const leave = () => void open.pop()
  try {
    visit(
      text,
      {
        onObjectBegin: enter('}'),
        onArrayBegin: enter(']'),
        onObjectEnd: leave,
        onArrayEnd: leave,
        onError: (code, at, length) =>
          faults.push({
            code: printParseErrorCode(code),
            at,
            end: at + length,
            close: open.at(-1) ?? '}',
          }),
      },
      { disallowComments: true, allowTrailingComma: false },
    )
  } catch (error) {
    if (!(error instanceof NestedTooDeeply)) throw error
    if (faults.length === 0) {
      return { ...placeOf(text, error.at), explanation: 'It is nested too deeply.' }
    }
  }
  const [first] = faults
  if (!first) return null
  return { ...placeOf(text, first.at), explanation: explain(text, first, expectedAt(text, faults)) }
}

interface Fault {
  code: string
  at: number
  end: number
  close: '}' | ']'
}

class NestedTooDeeply extends Error {
  readonly at: number

  constructor(at: number) {
    super('nested too deeply')
    this.at = at
  }
}

function placeOf(text: string, at: number): { line: number; column: number } {
  const before = text.slice(0, at).split('\n')
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
}

/** A word that JSON does not know is skipped; what should have been there is the complaint about what follows it. */
function expectedAt(text: string, faults: readonly Fault[]): string | null {
  let end: number | null = null
  for (const fault of faults) {
    if (end !== null && text.slice(end, fault.at).trim() !== '') return null
    if (fault.code !== 'InvalidSymbol') return expectedBy(text, fault)
    end = fault.end
  }
  return null
}

function expectedBy(text: string, { code, at, close }: Fault): string | null {
  switch (code) {
    case 'ValueExpected':
      return 'a value'
    case 'PropertyNameExpected':
      return 'a name in double quotes'
    case 'ColonExpected':
      return 'a colon'
    case 'EndOfFileExpected':
      return 'nothing more'
    case 'CommaExpected':
    case 'CloseBraceExpected':
    case 'CloseBracketExpected':
      if (/\{\s*$/.test(text.slice(0, at))) return 'a name in double quotes'
      return /\[\s*$/.test(text.slice(0, at)) ? 'a value' : `a comma or the closing ${close}`
    default:
      return null
  }
}

const SHOWN = 16

function explain(text: string, { code, at }: Fault, expected: string | null): string {
  const rest = text.slice(at)
  if (/^(UnexpectedEndOfString|Invalid(Unicode|EscapeCharacter|Character))$/.test(code)) {
    return 'The text that begins here in double quotes has no proper end.'
  }
  if (code === 'InvalidCommentToken' || code === 'UnexpectedEndOfComment') {
    return 'A comment begins here, and JSON has none.'
  }
  if (rest === '') return `The text ends in the middle: ${expected ?? 'the rest'} is missing.`
  const found = (/^(?:[^\s{}[\],:"]+|"[^"\n]*"?|.)/.exec(rest)?.[0] ?? '').slice(0, SHOWN)
  if (expected === 'nothing more') return `The JSON is complete, yet ${found} follows.`
  if (/^[}\]]/.test(rest) && /,\s*$/.test(text.slice(0, at))) {
    return `The comma before this ${found} is one too many.`
  }
  return expected === null
    ? `What begins here is not JSON: ${found}`
    : `Here should be ${expected}, but there is ${found}`
}
