/** The life of a process: settings, start, and a stop that is polite at first and at once when told again. */
import { createLogger, type Logger } from './logger.ts'
import type { LogLevel } from './settings/common-config.ts'
import { ConfigError } from './settings/parse-config.ts'

export interface AppOptions<Config> {
  /** As the log names it. */
  name: string
  loadConfig(): Config
  start(config: Config, options: { log: Logger }): Promise<{ close(): Promise<void> }>
}

/** For `main.ts` only: listens to signals and ends the process. Settings that cannot be used are named and exit with 1. */
export async function runApp<Config extends { LOG_LEVEL: LogLevel }>(
  options: AppOptions<Config>,
): Promise<void> {
  const config = readConfig(() => options.loadConfig())
  if (!config) return
  const log = createLogger({ level: config.LOG_LEVEL, name: options.name })
  const starting = options.start(config, { log })
  let stopping = false
  const stop = (signal: string) => {
    if (stopping) {
      log.warn({ signal }, 'stopped at once')
      process.exit(1)
    }
    stopping = true
    log.info({ signal }, 'stopping')
    // also in the middle of starting: what was opened is closed
    const closing = starting.then((app) => app.close())
    closing.then(
      () => log.info('stopped'),
      (err: unknown) => {
        log.error({ err }, 'stopped, but not cleanly')
        process.exitCode = 1
      },
    )
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  await starting
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
