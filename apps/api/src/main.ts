/** Starts the API. */
import { runApp } from '@safelight/runtime'
import { createApi } from './app.ts'
import { loadConfig } from './config.ts'

await runApp({ name: 'api', loadConfig, start: createApi })
