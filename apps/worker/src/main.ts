/** Starts a worker and stops it when told to: politely at first, at once when told again. */
import { ConfigError, createLogger } from '@safelight/shared/server'
import { createWorkerApp } from './app.ts'
import { loadConfig, type WorkerConfig } from './config.ts'

async function main(): Promise<void> {
  const config = readConfig()
  if (!config) return
  const log = createLogger({ level: config.LOG_LEVEL, name: 'worker' })
  const worker = await createWorkerApp(config, { log })
  let stopping = false
  const stop = (signal: string) => {
    if (stopping) {
      log.warn({ signal }, 'stopped at once')
      process.exit(1)
    }
    stopping = true
    log.info({ signal }, 'stopping')
    worker.close().then(
      () => log.info('stopped'),
      (err: unknown) => {
        log.error({ err }, 'stopped, but not cleanly')
        process.exitCode = 1
      },
    )
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}

function readConfig(): WorkerConfig | null {
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
