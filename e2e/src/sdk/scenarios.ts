/** What programs do with the SDK. Nothing in them knows that it is us they talk to: `COMFY_BASE_URL` says where. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Comfy, type Job, type WorkflowGraph } from '@comfyorg/sdk'
import { ComfyLow } from '@comfyorg/sdk/low'
import { errorOf, errors, NOBODY } from './errors.ts'
import { examples, uploads } from './uploads.ts'

/** What a scenario is told, by name. */
export interface Args {
  /** A workflow of the API format. */
  file: string
  graph: WorkflowGraph
  /** One whose node raises. */
  failing: WorkflowGraph
  /** To write to. */
  folder: string
  /** Workflows, and a picture for those that load one. */
  files: string[]
  picture: string
  apiKey: string
  /** Of the server, for the lower layer. */
  url: string
}

const seen = (job: Job) => ({ id: job.id, status: job.status, outputs: job.outputs.length })

/** The first lines of its README, and every way to the bytes. */
async function run({ file, folder }: Args) {
  const client = new Comfy()
  const job = await client.run(await client.workflows.fromFile(file))
  const [output] = job.outputs
  if (!output) throw new Error('no output')
  const saved = await readFile(await output.toFile(join(folder, 'out.png')))
  const slice = await output.toBytes({ range: [1, 3] })
  const { url } = await output.getDownloadUrl()
  const download = await fetch(url)
  const again = await client.jobs.get(job.id)
  const { format, workflow } = await again.getWorkflow()
  return {
    ...seen(again),
    output: { type: output.type, contentType: output.contentType, jobId: output.jobId },
    sizes: [output.sizeBytes, saved.length, (await output.toBytes()).length],
    slice: Buffer.from(slice).toString('latin1'),
    ofNode: job.getOutputs(output.nodeId).length,
    download: [download.status, (await download.arrayBuffer()).byteLength],
    format,
    workflow,
  }
}

/** Live progress, to the end. */
async function events({ graph }: Args) {
  const client = new Comfy()
  const job = await client.submit(client.workflows.fromJson(graph))
  const statuses: string[] = []
  const progress: number[] = []
  const outputs: number[] = []
  let previews = 0
  for await (const event of job.events()) {
    if (event.kind === 'statusChange') statuses.push(event.status)
    if (event.kind === 'progress') progress.push(event.value)
    if (event.kind === 'preview') previews += 1
    if (event.kind === 'outputReady') outputs.push((await event.output.toBytes()).length)
  }
  await job.refresh()
  return { ...seen(job), statuses, progress, bytes: outputs, previews }
}

/** Every event of a job that is over. */
async function eventsOfEnded({ graph }: Args) {
  const client = new Comfy()
  const { id } = await client.run(client.workflows.fromJson(graph))
  const kinds: string[] = []
  for await (const event of (await client.jobs.get(id)).events()) kinds.push(event.kind)
  return kinds
}

async function cancel({ graph }: Args) {
  const client = new Comfy()
  const job = await client.submit(client.workflows.fromJson(graph))
  for await (const event of job.events()) if (event.kind === 'progress') break
  const asked = (await job.cancel()).status
  await job.wait(30_000)
  return { asked, ...seen(job), again: (await job.cancel()).status }
}

/** A key is good for one job, and free again when there was none. */
async function idempotency({ graph }: Args) {
  const client = new Comfy()
  const idempotencyKey = crypto.randomUUID()
  const submit = (json: WorkflowGraph) =>
    client.submit(client.workflows.fromJson(json), { idempotencyKey })
  return {
    refused: await errorOf(submit({})),
    first: seen(await submit(graph)),
    again: await errorOf(submit(graph)),
    other: await errorOf(submit({ ...graph, '9': graph['1'] })),
  }
}

async function unauthorized({ apiKey }: Args) {
  return {
    without: await errorOf(new Comfy().jobs.get(NOBODY)),
    wrong: await errorOf(new Comfy({ apiKey: `${apiKey}-not` }).jobs.get(NOBODY)),
    right: await errorOf(new Comfy({ apiKey }).jobs.get(NOBODY)),
  }
}

/** A queue with one place: told when to come back, and let in when there is room. */
async function queueFull({ url, graph }: Args) {
  const client = new Comfy()
  const first = await client.submit(client.workflows.fromJson(graph))
  const refused = await errorOf(new ComfyLow(url).postJobs(graph))
  const waiting = client.submit(client.workflows.fromJson(graph))
  await first.cancel()
  return { refused, waiting: seen(await waiting) }
}

/** Submits, and goes on through whatever becomes of the servers meanwhile. */
async function manyRuns({ graph }: Args) {
  const client = new Comfy()
  const ended: string[] = []
  for (let n = 0; n < 4; n += 1) {
    const workflow = client.workflows.fromJson(structuredClone(graph))
    workflow.setInput('1', 'color', n)
    const job = await client.submit(workflow)
    process.stderr.write('submitted\n')
    for await (const event of job.events())
      if (event.kind === 'statusChange') ended.push(event.status)
    await job.result()
  }
  return ended.filter((status) => status === 'succeeded')
}

export const SCENARIOS = {
  run,
  events,
  eventsOfEnded,
  cancel,
  errors,
  idempotency,
  unauthorized,
  queueFull,
  uploads,
  examples,
  manyRuns,
}
