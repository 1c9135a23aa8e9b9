/** Starts a worker; with `doctor`, looks whether one could work here. */
import { runDoctor } from '@safelight/doctor'
import { runApp, runMain, withEnvFile } from '@safelight/runtime'
import { createWorkerApp } from './app.ts'
import { loadWorkerConfig, WORKER_LIVE_SETTINGS, workerConfigSchema } from './config.ts'
import { workerChecks } from './doctor/checks.ts'

const print = (line: string) => void process.stdout.write(`${line}\n`)

const exitCode = await runMain({
  name: 'worker',
  args: process.argv.slice(2),
  packageUrl: new URL('../package.json', import.meta.url),
  run: () =>
    runApp({
      name: 'worker',
      env: process.env,
      loadConfig: loadWorkerConfig,
      settings: { all: Object.keys(workerConfigSchema.shape), live: WORKER_LIVE_SETTINGS },
      start: createWorkerApp,
      stopMs: ({ DRAIN_TIMEOUT }) => DRAIN_TIMEOUT,
    }),
  commands: {
    doctor: (args) =>
      runDoctor({
        args,
        loadConfig: () => loadWorkerConfig(withEnvFile(process.env)),
        checksOf: (config) => workerChecks(config, withEnvFile(process.env)),
        print,
      }),
  },
  print,
})
if (exitCode !== null) process.exitCode = exitCode
