/** A folder to use the command line in, against one server. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type JobView, jobViewSchema, type Workflow } from '@safelight/shared'
import { until } from '@safelight/testkit'
import { afterAll, beforeAll } from 'vitest'
import {
  killSafelights,
  type Result,
  type RunningCommand,
  runHere,
  runSafelight,
  startSafelight,
} from './safelight.ts'
import { openTestStack } from './test-stack.ts'
import { slow } from './workflows.ts'

export interface CliDesk {
  folder: string
  /** Runs a command to its end, in this process, whose folder it is in. */
  safelight(...args: string[]): Promise<Result>
  /** The same as a process of its own, as it is built, in the desk's folder. */
  apart(...args: string[]): Promise<Result>
  start(args: readonly string[], command?: readonly [string, ...string[]]): RunningCommand
  /** @returns the path of the file */
  save(workflow: Workflow): Promise<string>
  /** Submits a job that runs until it is stopped. @returns its id, once it runs */
  submitLong(): Promise<string>
  statusOf(jobId: string): Promise<string>
  newestJob(): Promise<JobView>
  close(): Promise<void>
}

/** Minutes, even of a host that is much faster than life. */
export const LONG = { steps: 2_000 }

/** One server, and a desk at it, for the tests of a file. */
export function shareCliDesk(share: (opened: { desk: CliDesk; url: string }) => void): void {
  let close = async () => {}
  beforeAll(async () => {
    const stack = await openTestStack()
    close = () => stack.close()
    const url = stack.urls[0] ?? ''
    const desk = await createCliDesk(url)
    close = async () => {
      await desk.close()
      await stack.close()
    }
    share({ desk, url })
  })
  afterAll(() => close(), 60_000)
}

async function createCliDesk(url: string): Promise<CliDesk> {
  const folder = await mkdtemp(join(tmpdir(), 'safelight-cli-'))
  const place = { url, cwd: folder }
  let files = 0
  const desk: CliDesk = {
    folder,
    safelight: (...args) => runHere(args, place),
    apart: (...args) => runSafelight(args, place),
    start: (args, command) =>
      startSafelight(args, { ...place, env: { TERM: 'xterm' }, ...(command && { command }) }),
    async save(workflow) {
      files += 1
      const path = join(folder, `workflow-${files}.json`)
      await writeFile(path, JSON.stringify(workflow))
      return path
    },
    async submitLong() {
      const { stdout } = await desk.safelight('run', await desk.save(slow(LONG)), '--detach')
      const jobId = stdout.trim()
      const isRunning = async () => (await desk.statusOf(jobId)) === 'running'
      await until(isRunning, { what: 'the job runs' })
      return jobId
    },
    async statusOf(jobId) {
      const answer = await fetch(`${url}/api/v2/jobs/${jobId}`)
      return jobViewSchema.parse(await answer.json()).status
    },
    async newestJob() {
      const { stdout } = await desk.safelight('ls', '--json', '-n', '1')
      return jobViewSchema.parse(JSON.parse(stdout))
    },
    async close() {
      killSafelights()
      await rm(folder, { recursive: true, force: true })
    },
  }
  return desk
}
