/** The life of a process: settings (again at SIGHUP), start, and a stop that is polite at first, never without end, and at once when told again. */
import { createLogger, type Logger, setLogLevel } from './logger.ts'
import type { LogLevel } from './settings/common-config.ts'
import { withEnvFile } from './settings/env-file.ts'
import { openLiveSettings } from './settings/live-settings.ts'
import { ConfigError, type Environment } from './settings/parse-config.ts'

export interface AppOptions<Config> {
  /** As the log names it. */
  name: string
  /** Of the process, without what SAFELIGHT_ENV_FILE says. */
  env: Environment
  loadConfig(env: Environment): Config
  /** Of all that it knows, those that take effect while it runs. */
  settings: { all: readonly string[]; live: readonly (keyof Config & string)[] }
  start(config: Config, options: { log: Logger }): Promise<{ close(): Promise<void> }>
  /** How long the settings let it go on with what it has begun before it closes. */
  stopMs(config: Config): number
}

/** What was not closed by then waits for something that is gone: the process goes, and the log says so. */
const CLOSE_MS = 20_000
/** A start has nothing to finish. It may be waiting for a Redis that never comes. */
const START_MS = 5_000
/** A clean end leaves nothing open that keeps the process; if something is, it is nothing to wait for. */
const EXIT_MS = 2_000

/**
 * When a process that was told to stop is gone for certain: whoever would kill it must wait for longer.
 * @param stopMs what its settings let it go on for
 */
export const longestEndMs = (stopMs: number): number => stopMs + CLOSE_MS + EXIT_MS

/** For `main.ts` only: listens to signals and ends the process. Settings that cannot be used are named and exit with 1. */
export async function runApp<Config extends { LOG_LEVEL: LogLevel }>(
  options: AppOptions<Config>,
): Promise<void> {
  const read = () => withEnvFile(options.env)
  const first = readConfig(() => {
    const env = read()
    return { env, config: options.loadConfig(env) }
  })
  if (!first) return
  const { config } = first
  const log = createLogger({ level: config.LOG_LEVEL, name: options.name })
  const live = openLiveSettings({ ...options, ...first, read, log })
  // without a file there is nothing to read again, and a terminal that closes ends what it started
  if (options.env['SAFELIGHT_ENV_FILE']) {
    process.on('SIGHUP', () => {
      live.readAgain()
      setLogLevel(log, config.LOG_LEVEL)
    })
  }
  const starting = options.start(config, { log })
  let stopping = false
  const stop = (signal: string) => {
    if (stopping) {
      log.warn({ signal }, 'stopped at once')
      process.exit(1)
    }
    stopping = true
    log.info({ signal }, 'stopping')
    const callOff = leaveAfter(START_MS, log)
    // also in the middle of starting: what was opened is closed
    const closing = starting.then((app) => {
      callOff()
      leaveAfter(options.stopMs(config) + CLOSE_MS, log)
      return app.close()
    })
    closing.then(
      () => sayGoodbye(log),
      (err: unknown) => {
        log.error({ err }, 'stopped, but not cleanly')
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  try {
    await starting
  } catch (err) {
    log.fatal({ err }, 'could not start')
    process.exitCode = 1
    // what was opened is closed by now
    leaveAfter(EXIT_MS, log)
  }
}

function sayGoodbye(log: Logger): void {
  log.info('stopped')
  leaveAfter(EXIT_MS, log)
}

/** Timers count in 32 bits. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** Does not itself keep the process. @returns calls it off */
function leaveAfter(ms: number, log: Logger): () => void {
  const leave = () => {
    log.error({ afterMs: ms }, 'not closed in time: leaving')
    process.exit(1)
  }
  const timer = setTimeout(leave, Math.min(ms, LONGEST_TIMER_MS)).unref()
  return () => clearTimeout(timer)
}

function readConfig<Config>(load: () => Config): Config | null {
  try {
    return load()
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 1
    return null
  }
}
