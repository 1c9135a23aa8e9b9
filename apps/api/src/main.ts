/** Starts the API and stops it when told to: politely at first, at once when told again. */
import { ConfigError, createLogger } from '@safelight/shared/server'
import { createApi } from './app.ts'
import { type ApiConfig, loadConfig } from './config.ts'

async function main(): Promise<void> {
  const config = readConfig()
  if (!config) return
  const log = createLogger({ level: config.LOG_LEVEL, name: 'api' })
  const starting = createApi(config, { log })
  let stopping = false
  const stop = (signal: string) => {
    if (stopping) {
      log.warn({ signal }, 'stopped at once')
      process.exit(1)
    }
    stopping = true
    log.info({ signal }, 'stopping')
    // also in the middle of starting: what was opened is closed
    const closing = starting.then((api) => api.close())
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

function readConfig(): ApiConfig | null {
  try {
    return loadConfig()
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 1
    return null
  }
}

await main()
