/** Starts the API; with `doctor`, looks whether one could serve here. */
import { runDoctor } from '@safelight/doctor'
import { runApp, runMain, withEnvFile } from '@safelight/runtime'
import { createApi } from './app.ts'
import { API_LIVE_SETTINGS, apiConfigSchema, loadApiConfig } from './config.ts'
import { apiChecks } from './doctor/checks.ts'

const print = (line: string) => void process.stdout.write(`${line}\n`)

const exitCode = await runMain({
  name: 'API',
  args: process.argv.slice(2),
  packageUrl: new URL('../package.json', import.meta.url),
  run: () =>
    runApp({
      name: 'api',
      env: process.env,
      loadConfig: loadApiConfig,
      settings: { all: Object.keys(apiConfigSchema.shape), live: API_LIVE_SETTINGS },
      start: createApi,
      stopMs: ({ SHUTDOWN_DELAY, SHUTDOWN_TIMEOUT }) => SHUTDOWN_DELAY + SHUTDOWN_TIMEOUT,
    }),
  commands: {
    doctor: (args) =>
      runDoctor({
        args,
        loadConfig: () => loadApiConfig(withEnvFile(process.env)),
        checksOf: (config) => apiChecks(config, withEnvFile(process.env)),
        print,
      }),
  },
  print,
})
if (exitCode !== null) process.exitCode = exitCode
