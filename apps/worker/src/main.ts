/** Starts a worker. */
import { runApp } from '@safelight/runtime'
import { createWorkerApp } from './app.ts'
import { loadWorkerConfig } from './config.ts'

await runApp({
  name: 'worker',
  loadConfig: loadWorkerConfig,
  start: createWorkerApp,
  stopMs: ({ DRAIN_TIMEOUT }) => DRAIN_TIMEOUT,
})
