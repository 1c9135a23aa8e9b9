/** Once through what people do with Safelight, in seconds: for tests that ask what all of it needs. */
import { randomInt } from 'node:crypto'
import { assetViewSchema, jobViewSchema, type Workflow } from '@safelight/shared'
import { cancel, endOf, getJob, submit, whenExecuting } from './client.ts'
import { followBySocket } from './follow-socket.ts'
import { followBySse } from './follow-sse.ts'
import { previewing, raising, slow } from './workflows.ts'

const FOLLOW_MS = 120_000
/** A whole PNG of one pixel. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
  'base64',
)

export interface Flows {
  /** Of the API. */
  url: string
  /** One that may be drained; it comes back. */
  hostId: string
}

/** The hosts run at about twenty times the pace of life, and a job has one attempt. @throws when one step is refused */
export async function goThroughAll({ url, hostId }: Flows): Promise<void> {
  const ask = createAsk(`${url}/api/v2`)
  await watchOne(url)
  const headers = { 'idempotency-key': `"${randomInt(1e9)}"`, 'idempotency-mode': 'replay' }
  const body = { workflow: slow({ steps: 1 }), extra_data: { api_key_comfy_org: 'k' } }
  const sent = { body, headers }
  await ask('POST', '/jobs', sent)
  await ask('POST', '/jobs', sent)
  await readThings(url, ask)
  await keepInLine(url, ask)
  const host = `/hosts/${encodeURIComponent(hostId)}`
  await ask('POST', `${host}/drain`, { body: {} })
  await ask('POST', `${host}/resume`, { body: {} })
  await workOnAssets(url, ask)
  const [failed, unwanted] = [await submit(url, raising('oom')), await submit(url, raising('oom'))]
  for (const { id } of [failed, unwanted]) await endOf(url, id)
  const letters = '/dead-letters'
  for (const path of [letters, `${letters}/${failed.id}`]) await ask('GET', path)
  await ask('POST', `${letters}/${failed.id}/replay`)
  await ask('DELETE', `${letters}/${unwanted.id}`)
  await deleteThings(url, ask)
}

type Ask = ReturnType<typeof createAsk>
type Method = 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'DELETE'
interface Sent {
  body?: object
  headers?: Record<string, string>
}

function createAsk(base: string) {
  return async (
    method: Method,
    path: string,
    { body, headers = {} }: Sent = {},
  ): Promise<unknown> => {
    const isForm = body instanceof FormData
    const answer = await fetch(`${base}${path}`, {
      method,
      headers: isForm ? headers : { 'content-type': 'application/json', ...headers },
      ...(body && { body: isForm ? body : JSON.stringify(body) }),
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
    const isJson = text !== '' && (answer.headers.get('content-type')?.includes('json') ?? false)
    return isJson ? JSON.parse(text) : null
  }
}

async function watchOne(url: string): Promise<void> {
  const { id } = await submit(url, previewing({ frames: 20 }))
  const signal = AbortSignal.timeout(FOLLOW_MS)
  const follow = { jobId: id, pickUrl: () => url, eventsUntilDrop: () => Infinity, signal }
  const previews = fetch(`${url}/api/v2/jobs/${id}/events`).then((events) => events.text())
  for (const { final } of await Promise.all([followBySocket(follow), followBySse(follow)]))
    if (final?.status !== 'succeeded') {
      const { status } = await getJob(url, id)
      throw new Error(`watched: ${final?.status ?? 'no end'}, of a job that is ${status}`)
    }
  if (!/^event: preview$/m.test(await previews)) throw new Error('no preview was seen')
}

async function readThings(url: string, ask: Ask): Promise<void> {
  if (!(await fetch(`${url}/readyz`)).ok) throw new Error('it is not ready')
  const things = ['hosts', 'models', 'node-classes', 'scale', 'housekeeping', 'version']
  for (const path of [...things, 'assets?limit=5']) await ask('GET', `/${path}`)
}

/** More than the hosts can take: the last ones are looked at, moved and canceled, one of those that run, too. */
async function keepInLine(url: string, ask: Ask): Promise<void> {
  const running = await submit(url, slow({ steps: 200 }))
  await whenExecuting(url, running.id)
  const others = await Promise.all(
    Array.from({ length: 8 }, () => submit(url, slow({ steps: 60 }))),
  )
  const [last, last2] = others.toReversed()
  await ask('GET', `/jobs/${last?.id}/why`)
  await ask('PATCH', `/jobs/${last?.id}`, { body: { priority: -1 } })
  await ask('GET', `/jobs/${running.id}/workflow`)
  await ask('GET', '/jobs?limit=3&status=queued')
  await cancel(url, last2?.id ?? '')
  await cancel(url, running.id)
  for (const status of ['queued', 'running']) await ask('DELETE', `/jobs?status=${status}`)
  for (const { id } of [running, ...others]) await endOf(url, id)
}

/** One by one, and all that are of no more use: first asked what it would be. */
async function deleteThings(url: string, ask: Ask): Promise<void> {
  const { id } = await endOf(url, (await submit(url, slow({ steps: 1 }))).id)
  await ask('GET', `/jobs/${id}`)
  await ask('DELETE', `/jobs/${id}`)
  for (const dry_run of [true, false])
    await ask('POST', '/jobs/purge', { body: { all: true, dead_letters: true, dry_run } })
}

async function workOnAssets(url: string, ask: Ask): Promise<void> {
  const form = new FormData()
  form.set('content_type', 'image/png')
  form.set('file_path', 'one.png')
  form.set('file', new Blob([PNG]), 'one.png')
  const headers = { 'idempotency-key': `"${randomInt(1e9)}"` }
  const asset = assetViewSchema.parse(await ask('POST', '/assets', { body: form, headers }))
  const copy = { hash: asset.hash, file_path: 'two.png' }
  const other = assetViewSchema.parse(await ask('POST', '/assets/from-hash', { body: copy }))
  await ask('HEAD', `/assets/by-hash/${asset.hash}`)
  const made = await endOf(url, (await submit(url, passOn(asset.id))).id)
  const [output] = jobViewSchema.parse(made).outputs ?? []
  await ask('GET', `/assets/${output?.id}/job`)
  for (const query of ['', '?w=256']) await ask('GET', `/assets/${output?.id}/content${query}`)
  await ask('DELETE', `/assets/${other.id}`)
}

const passOn = (assetId: string): Workflow => ({
  '1': {
    class_type: 'LoadImage',
    inputs: { image: { __type: 'core/ASSET', info: { id: assetId } } },
  },
  '2': { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: 'passed' } },
})
