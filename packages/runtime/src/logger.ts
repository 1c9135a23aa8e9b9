/** The logger: one JSON line per entry, without secrets and without foreign stack traces. */
import { type DestinationStream, type LogFn, type Logger, pino, stdTimeFunctions } from 'pino'
import { toPlainError } from './plain-error.ts'
import { cutForLog, REDACTED, redact, redactUrlCredentials } from './redact.ts'
import type { LogLevel } from './settings/common-config.ts'

export type { Logger } from 'pino'

export interface LoggerOptions {
  level: LogLevel
  /** Which program speaks, e.g. `api`. */
  name: string
  /** Where lines go; stdout unless told. */
  destination?: DestinationStream
}

/** Bindings of child loggers do not pass `formatters.log`: their usual suspects are named for pino itself. */
const CHILD_SECRETS = [
  'authorization',
  'cookie',
  'token',
  'password',
  'secret',
  'apiKey',
  'api_key',
  'extra_data',
]

export function createLogger({ level, name, destination }: LoggerOptions): Logger {
  const family: Family = { log: null, children: new Set() }
  const isFull = () => family.log?.level === 'debug' || family.log?.level === 'trace'
  const toPlain = (error: Error) => toPlainError(error, isFull())
  const options = {
    level,
    base: { name, pid: process.pid },
    timestamp: stdTimeFunctions.isoTime,
    formatters: {
      level: (label: string) => ({ level: label }),
      log: (entry: Record<string, unknown>) =>
        // a record goes in, so a record comes out
        redact(entry, toPlain) as Record<string, unknown>,
    },
    // errors are plain by now; the default would look for an Error instance
    serializers: { err: (error: unknown) => (error instanceof Error ? toPlain(error) : error) },
    redact: {
      paths: [...CHILD_SECRETS, ...CHILD_SECRETS.map((secret) => `*.${secret}`)],
      censor: REDACTED,
    },
    hooks: { streamWrite: toSafeLine, logMethod: cutTexts },
    onChild(child: Logger) {
      const ref = new WeakRef(child)
      family.children.add(ref)
      gone.register(child, () => family.children.delete(ref))
    },
  }
  family.log = destination ? pino(options, destination) : pino(options)
  families.set(family.log, family)
  return family.log
}

/** A logger with those that were made of it: each has a level of its own, which it was born with. */
interface Family {
  log: Logger | null
  children: Set<WeakRef<Logger>>
}

const families = new WeakMap<Logger, Family>()
/** There is a child for every job: what nobody holds any more is forgotten here, too. */
const gone = new FinalizationRegistry<() => void>((forget) => forget())

/** From now on it says so much, and so does what was made of it. @param log of `createLogger` */
export function setLogLevel(log: Logger, level: LogLevel): void {
  log.level = level
  for (const ref of families.get(log)?.children ?? []) {
    const child = ref.deref()
    if (child) child.level = level
  }
}

/** Messages pass no formatter, and an error without one makes its own text the message. */
function cutTexts(this: Logger, args: Parameters<LogFn>, method: LogFn): void {
  const [first]: unknown[] = args
  const error = args.length === 1 ? errorOf(first) : null
  const entry = first instanceof Error ? { err: first } : first
  const given: unknown[] = error ? [entry, error.message] : args
  const cut = given.map((arg) => (typeof arg === 'string' ? cutForLog(arg) : arg))
  Reflect.apply(method, this, cut)
}

function errorOf(entry: unknown): Error | null {
  if (entry instanceof Error) return entry
  const err: unknown = typeof entry === 'object' && entry !== null && Reflect.get(entry, 'err')
  return err instanceof Error ? err : null
}

/** JSON lets these through, and a terminal or an editor obeys them: controls, ends of lines, and what turns text around. */
// oxlint-disable-next-line no-control-regex
const OBEYED = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

/** A line that is shown as it is, and stays the same JSON. */
function toSafeLine(line: string): string {
  return redactUrlCredentials(line).replace(
    OBEYED,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
