/** Starts a worker. */
import { runApp } from '@safelight/shared/server'
import { createWorkerApp } from './app.ts'
import { loadConfig } from './config.ts'

await runApp({ name: 'worker', loadConfig, start: createWorkerApp })
