/** `run`: from a workflow to its outputs in one call. */
import type { Workflow } from '@safelight/shared'
import { JobCanceled, JobFailed } from './errors.ts'
import type { Jobs, JobUpdate, RunOptions, RunResult } from './types.ts'

export async function runJob(
  jobs: Pick<Jobs, 'submit' | 'watch'>,
  workflow: Workflow | string,
  { onProgress, onPreview, onAccepted, ...options }: RunOptions,
): Promise<RunResult> {
  const { signal } = options
  const job = await jobs.submit(workflow, options)
  onAccepted?.(job)
  let last: JobUpdate | null = null
  for await (const update of jobs.watch(job.id, {
    ...(signal && { signal }),
    ...(onPreview && { onPreview }),
  })) {
    last = update
    onProgress?.(update)
  }
  return toResult(last)
}

function toResult(last: JobUpdate | null): RunResult {
  if (!last) throw new Error('a watch ended before it began')
  const { snapshot } = last
  switch (snapshot.status) {
    case 'succeeded':
      return { jobId: snapshot.jobId, outputs: snapshot.outputs, snapshot }
    case 'canceled':
      throw new JobCanceled(snapshot)
    default:
      throw new JobFailed(snapshot)
  }
}
