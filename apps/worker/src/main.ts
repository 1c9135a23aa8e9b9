/** Starts a worker. */
import { runApp } from '@safelight/runtime'
import { createWorkerApp } from './app.ts'
import { loadConfig } from './config.ts'

await runApp({ name: 'worker', loadConfig, start: createWorkerApp })
