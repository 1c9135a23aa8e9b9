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
  const fullStack = level === 'debug' || level === 'trace'
  const toPlain = (error: Error) => toPlainError(error, fullStack)
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
    hooks: { streamWrite: redactUrlCredentials, logMethod: cutTexts },
  }
  return destination ? pino(options, destination) : pino(options)
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
