/** The logger: one JSON line per entry, without secrets and without foreign stack traces. */
import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino'
import { toPlainError } from './plain-error.ts'
import { REDACTED, redact, redactUrlCredentials } from './redact.ts'
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
    hooks: { streamWrite: redactUrlCredentials },
  }
  return destination ? pino(options, destination) : pino(options)
}
