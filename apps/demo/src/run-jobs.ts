/** The demo's jobs as a user would run them: with the command line, which draws a live bar for each. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { dieWithUs } from '@safelight/testkit'
import type { DemoJob } from './pick-workflows.ts'

export interface RunJobsOptions {
  apiUrl: string
  /** Pictures are put here. */
  folder: string
  /** Workflow files are put here. */
  dataDir: string
  env: Readonly<Record<string, string | undefined>>
  signal: AbortSignal
}

const SAFELIGHT = join(import.meta.dirname, '../../cli/bin/safelight.js')

/** @returns paths of the new pictures; @throws Error when any job does not succeed */
export async function runJobs(jobs: DemoJob[], options: RunJobsOptions): Promise<string[]> {
  const { apiUrl, dataDir, env, signal } = options
  const pictures = join(options.folder, 'pictures')
  await mkdir(pictures, { recursive: true })
  const before = new Set(await readdir(pictures))
  const files = await Promise.all(jobs.map((job) => writeJob(job, dataDir)))
  const command = spawn(process.execPath, [SAFELIGHT, 'run', ...files, '--out', pictures], {
    env: { ...env, SAFELIGHT_URL: apiUrl },
    // without a keyboard it asks nothing at Ctrl-C, which ends the demo
    stdio: ['ignore', 'inherit', 'inherit'],
    signal,
  })
  dieWithUs(command)
  const [code]: unknown[] = await once(command, 'close')
  if (code !== 0) throw new Error(`safelight run ended with exit code ${String(code)}`)
  const after = await readdir(pictures)
  return after.filter((name) => !before.has(name)).map((name) => join(pictures, name))
}

/** The name of the file is what the job is called beside its bar. */
async function writeJob({ label, workflow }: DemoJob, folder: string): Promise<string> {
  const path = join(folder, `${label}.json`)
  await writeFile(path, JSON.stringify(workflow))
  return path
}
