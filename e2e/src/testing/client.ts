/** What tests say to the API over HTTP. */
import { readFileSync } from 'node:fs'
import { type JobView, jobViewSchema, type Workflow } from '@safelight/shared'

const example: { workflow: Workflow } = JSON.parse(
  readFileSync(new URL('../../../examples/text-to-image.json', import.meta.url), 'utf8'),
)

/** The README's workflow with another seed, so that nothing of it is cached. */
export function textToImage(seed: number, steps = 20): Workflow {
  const { '3': sampler, ...rest } = example.workflow
  if (!sampler) throw new Error('the example has no sampler')
  return { ...rest, '3': { ...sampler, inputs: { ...sampler.inputs, seed, steps } } }
}

export async function submit(url: string, workflow: Workflow): Promise<JobView> {
  const answer = await fetch(`${url}/api/v2/jobs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ workflow }),
  })
  if (answer.status !== 201) throw new Error(`refused: ${answer.status} ${await answer.text()}`)
  return jobViewSchema.parse(await answer.json())
}

export async function getJob(url: string, jobId: string): Promise<JobView> {
  return jobViewSchema.parse(await (await fetch(`${url}/api/v2/jobs/${jobId}`)).json())
}
