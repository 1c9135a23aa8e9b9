/** The main job, end to end: submit, watch with a live bar each, fetch the pictures. */
import { mkdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type Client, JobFailed, type JobUpdate, RequestError } from '@safelight/client'
import type { JobBoard } from '@safelight/client/terminal'
import type { OutputView } from '@safelight/shared'
import type { DemoJob } from './pick-workflows.ts'

export interface RunOptions {
  client: Client
  /** Pictures are put here. */
  folder: string
  board: JobBoard
  signal: AbortSignal
}

/** @returns paths of the pictures; @throws Error when any job does not succeed */
export async function runJobs(jobs: DemoJob[], options: RunOptions): Promise<string[]> {
  const { board } = options
  try {
    const paths = await Promise.all(jobs.map((job) => runJob(job, options)))
    return paths.flat()
  } finally {
    board.close()
  }
}

async function runJob({ label, workflow }: DemoJob, options: RunOptions): Promise<string[]> {
  const { client, board, signal } = options
  const show = (jobId: string, update: JobUpdate | null) => board.show(jobId, label, update)
  const run = client.jobs.run(workflow, {
    onAccepted: ({ id }) => show(id, null),
    onProgress: (update) => show(update.snapshot.jobId, update),
    signal,
  })
  const { outputs } = await run.catch((cause: unknown) => {
    throw toError(label, cause)
  })
  return Promise.all(outputs.map((output) => fetchOutput(output, options)))
}

function toError(label: string, cause: unknown): unknown {
  if (cause instanceof JobFailed) {
    return new Error(`${label} ${cause.snapshot.status}: ${cause.message}`, { cause })
  }
  if (cause instanceof RequestError) {
    return new Error(`${label} was refused: ${cause.message}`, { cause })
  }
  return cause
}

async function fetchOutput(
  output: OutputView,
  { client, folder, signal }: RunOptions,
): Promise<string> {
  const pictures = join(folder, 'pictures')
  await mkdir(pictures, { recursive: true })
  // the name is the host's: it says nothing about where
  const path = join(pictures, `${output.job_id.slice(0, 8)}-${basename(output.name)}`)
  await writeFile(path, await client.outputs.bytes(output, { signal }))
  return path
}
