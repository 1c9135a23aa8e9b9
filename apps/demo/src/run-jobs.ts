/** The main job, end to end: submit, watch with a live bar each, fetch the pictures. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SnapshotView } from '@safelight/shared'
import { z } from 'zod'
import type { DemoJob } from './pick-workflows.ts'
import { toLine } from './screen/bar.ts'
import type { Screen } from './screen/screen.ts'
import { watchJob } from './watch-job.ts'

export interface RunOptions {
  apiUrl: string
  /** Pictures are put here. */
  folder: string
  screen: Screen
  signal: AbortSignal
}

const jobSchema = z.looseObject({ id: z.string() })
const refusalSchema = z.looseObject({ error: z.looseObject({ message: z.string() }) })

/** @returns paths of the pictures; @throws Error when any job does not succeed */
export async function runJobs(jobs: DemoJob[], options: RunOptions): Promise<string[]> {
  const paths = await Promise.all(jobs.map((job) => runJob(job, options)))
  return paths.flat()
}

async function runJob({ label, workflow }: DemoJob, options: RunOptions): Promise<string[]> {
  const { apiUrl, screen, signal } = options
  const jobId = await submit(apiUrl, workflow, signal)
  const onChange = (snapshot: SnapshotView) => {
    const tenth = Math.floor((snapshot.progress?.value ?? 0) * 10)
    screen.draw(jobId, toLine(label, snapshot), `${snapshot.status} ${tenth}`)
  }
  const end = await watchJob({ apiUrl, jobId, onChange, signal })
  if (end.status !== 'succeeded') {
    throw new Error(`${label} ${end.status}${end.error ? `: ${end.error.message}` : ''}`)
  }
  return Promise.all(end.outputs.map((output) => fetchOutput(output, jobId, options)))
}

async function submit(
  apiUrl: string,
  workflow: DemoJob['workflow'],
  signal: AbortSignal,
): Promise<string> {
  const answer = await fetch(`${apiUrl}/api/v2/jobs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ workflow }),
    signal,
  })
  const body: unknown = await answer.json()
  if (answer.status === 201) return jobSchema.parse(body).id
  const refusal = refusalSchema.safeParse(body)
  throw new Error(
    `the job was refused: ${refusal.success ? refusal.data.error.message : `HTTP ${answer.status}`}`,
  )
}

async function fetchOutput(
  output: SnapshotView['outputs'][number],
  jobId: string,
  options: RunOptions,
): Promise<string> {
  const answer = await fetch(new URL(output.url, options.apiUrl), { signal: options.signal })
  if (!answer.ok)
    throw new Error(`output ${output.name} could not be fetched: HTTP ${answer.status}`)
  const folder = join(options.folder, 'pictures')
  await mkdir(folder, { recursive: true })
  const path = join(folder, `${jobId.slice(0, 8)}-${output.name}`)
  await writeFile(path, Buffer.from(await answer.arrayBuffer()))
  return path
}
