/** Options of commands: told once, for the parser, the types and the help. */
import { parseArgs } from 'node:util'
import { UsageError } from './errors.ts'

export interface Option {
  type: 'string' | 'boolean'
  multiple?: true
  short?: string
  /** What the value is called in the help. */
  value?: string
  text: string
}

export type Options = Readonly<Record<string, Option>>

/** What the options of a command come to. */
export type Values<T extends Options> = {
  [K in keyof T]?: T[K] extends { type: 'boolean' }
    ? boolean
    : T[K] extends { multiple: true }
      ? string[]
      : string
}

export const GLOBAL_OPTIONS = {
  url: {
    type: 'string',
    value: 'URL',
    text: 'address of the API (SAFELIGHT_URL, else http://127.0.0.1:8080)',
  },
  token: {
    type: 'string',
    value: 'TOKEN',
    text: 'bearer token; better set SAFELIGHT_TOKEN, which no process list shows',
  },
  help: { type: 'boolean', short: 'h', text: 'how to use it, with examples' },
} as const satisfies Options

/** @throws UsageError in one line */
export function parseCommandOptions<T extends Options>(
  options: T,
  args: string[],
): { values: Values<T>; positionals: string[] } {
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
    return { values, positionals }
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    const [first = message] = message.split(/\.?\s*\n|\. To specify/)
    throw new UsageError(first.charAt(0).toLowerCase() + first.slice(1), { cause })
  }
}

/** @throws UsageError unless the text is a whole number in the range */
export function parseWhole(
  name: string,
  text: string | undefined,
  { least, most }: { least: number; most: number },
): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (/^-?\d+$/.test(text) && value >= least && value <= most) return value
  throw new UsageError(`--${name} must be a whole number from ${least} to ${most}, not '${text}'`)
}
