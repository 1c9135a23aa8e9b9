/** What tests say to the API over HTTP. */
import { readFileSync } from 'node:fs'
import { type JobView, jobViewSchema, type Workflow } from '@safelight/shared'

const example: { workflow: Workflow } = JSON.parse(
  readFileSync(new URL('../../../examples/text-to-image.json', import.meta.url), 'utf8'),
)

/** The README's workflow with another seed, so that it is not cached; small, as the simulator paints in our process. */
export function textToImage(seed: number, steps = 20): Workflow {
  const { '3': sampler, '5': latent, ...rest } = example.workflow
  if (!sampler || !latent) throw new Error('the example has changed')
  return {
    ...rest,
    '3': { ...sampler, inputs: { ...sampler.inputs, seed, steps } },
    '5': { ...latent, inputs: { ...latent.inputs, width: 64, height: 64 } },
  }
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
