/** What tests say to the API over HTTP. */
import { readFileSync } from 'node:fs'
import {
  isTerminal,
  type JobView,
  jobViewSchema,
  type SubmitRequest,
  type Workflow,
} from '@safelight/shared'
import { until } from '@safelight/testkit'

const EXAMPLE = new URL('../../../examples/text-to-image.json', import.meta.url)

/** The README's workflow. */
export function readExample(): Workflow {
  // our own file
  return JSON.parse(readFileSync(EXAMPLE, 'utf8')) as Workflow
}

/** The README's workflow with another seed, so that it is not cached; small, as the simulator paints in our process. */
export function textToImage(seed: number, steps = 20): Workflow {
  const { '3': sampler, '5': latent, ...rest } = readExample()
  if (!sampler || !latent) throw new Error('the example has changed')
  return {
    ...rest,
    '3': { ...sampler, inputs: { ...sampler.inputs, seed, steps } },
    '5': { ...latent, inputs: { ...latent.inputs, width: 64, height: 64 } },
  }
}

export async function submit(
  url: string,
  workflow: Workflow,
  options: Omit<SubmitRequest, 'workflow'> = {},
): Promise<JobView> {
  const answer = await fetch(`${url}/api/v2/jobs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ workflow, ...options }),
  })
  if (answer.status !== 201) throw new Error(`refused: ${answer.status} ${await answer.text()}`)
  return jobViewSchema.parse(await answer.json())
}

export async function getJob(url: string, jobId: string): Promise<JobView> {
  return jobViewSchema.parse(await (await fetch(`${url}/api/v2/jobs/${jobId}`)).json())
}

/** The first view of the job that passes. A server that is away for a moment is asked again. */
export function whenJob(
  url: string,
  jobId: string,
  test: (job: JobView) => boolean,
): Promise<JobView> {
  return until(
    async () => {
      const job = await getJob(url, jobId).catch(() => null)
      return job && test(job) ? job : null
    },
    { what: `job ${jobId} is as wanted`, withinMs: 60_000 },
  )
}

export const endOf = (url: string, jobId: string) =>
  whenJob(url, jobId, ({ status }) => isTerminal(status))

/** Its host has begun with it, and may be held. */
export const whenBegun = (url: string, jobId: string) =>
  whenJob(url, jobId, ({ phase }) => phase === 'executing')

/** Its prompt is really running on a host, and has shown it. */
export const whenExecuting = (url: string, jobId: string) =>
  whenJob(url, jobId, ({ phase, progress }) => phase === 'executing' && (progress?.step ?? 0) >= 2)

export async function cancel(url: string, jobId: string): Promise<JobView> {
  const answer = await fetch(`${url}/api/v2/jobs/${jobId}/cancel`, { method: 'POST' })
  return jobViewSchema.parse(await answer.json())
}
