/** Starts the API. */
import { runApp } from '@safelight/runtime'
import { createApi } from './app.ts'
import { loadApiConfig } from './config.ts'

await runApp({
  name: 'api',
  loadConfig: loadApiConfig,
  start: createApi,
  stopMs: ({ SHUTDOWN_DELAY, SHUTDOWN_TIMEOUT }) => SHUTDOWN_DELAY + SHUTDOWN_TIMEOUT,
})
