/** A request for every answer that the contract documents: operation → status → what makes a server give it. */
import { randomUUID } from 'node:crypto'
import type { Asset, JobView } from '@safelight/shared'
import { createAssetStore } from '@safelight/store'
import { z } from 'zod'
import type { ApiStack } from './api-stack.ts'
import { post, submitJob } from './http.ts'
import { smallJob, toOutput, WORKFLOW } from './play-worker.ts'

export interface Ground {
  stack: ApiStack
  /** Open to all. */
  base: string
  /** Wants a token. */
  guarded: string
  /** Takes one job and one stream. */
  small: string
}

export type Ask = (ground: Ground) => Promise<Response>

/** A page that may not call. */
const FOREIGN = { origin: 'https://elsewhere.example' }
const NOBODY = '00000000-0000-4000-8000-000000000000'
const JOBS = '/api/v2/jobs'
const ASSETS = '/api/v2/assets'
const FROM_HASH = `${ASSETS}/from-hash`
const HASH_OF_NOTHING = `blake3:${'0'.repeat(64)}`

const jobPath = (id: string) => `${JOBS}/${id}`
const assetPath = (id: string) => `${ASSETS}/${id}`
const hashPath = (hash: string) => `${ASSETS}/by-hash/${hash}`

async function endedJob({ stack, base }: Ground): Promise<JobView> {
  const job = await submitJob(base)
  for (const body of smallJob(randomUUID())) await stack.append(job.id, body)
  return job
}

/** Redis has something else there than it should: trouble of ours, not of who asks. */
async function spoil({ stack: { redis } }: Ground, ...keys: string[]): Promise<void> {
  for (const key of keys) {
    await redis.del(key)
    await redis.rpush(key, 'what is this')
  }
}

function upload(base: string, fields: Record<string, string> = {}, bytes = 'hello pixels') {
  const form = new FormData()
  const all = { content_type: 'text/plain', file_path: 'note.txt', ...fields }
  for (const [name, value] of Object.entries(all)) if (value !== '') form.append(name, value)
  form.append('file', new Blob([bytes]), 'note.txt')
  return fetch(`${base}${ASSETS}`, { method: 'POST', body: form })
}

async function uploaded({ base }: Ground) {
  const response = await upload(base)
  return z.object({ id: z.string(), hash: z.string() }).parse(await response.json())
}

/** What a job made that is still kept. */
async function madeByJob({ stack, base }: Ground): Promise<string> {
  const { id: jobId } = await submitJob(base)
  const { keys, redis, store } = stack
  const assets = createAssetStore({ redis, keys, now: () => store.now() })
  const output = toOutput(randomUUID())
  const asset: Asset = {
    ...output,
    file_path: null,
    tags: ['output'],
    owner: 'default',
    job_id: jobId,
    created_at: Date.now(),
  }
  await assets.mint(asset, { key: await assets.begin(), size: output.size_bytes })
  for (const body of smallJob(output.id)) await stack.append(jobId, body)
  return asset.id
}

interface Init {
  method: string
  headers?: Record<string, string>
  body?: string | FormData
}

/** The answers that all operations have alike, to `init` at the path of something that is not there. */
function alike(path: string, init: Init): Record<401 | 403 | 404, Ask> {
  return {
    401: ({ guarded }) => fetch(`${guarded}${path}`, init),
    403: ({ base }) =>
      fetch(`${base}${path}`, { ...init, headers: { ...init.headers, ...FOREIGN } }),
    404: ({ base }) => fetch(`${base}${path}`, init),
  }
}

function jobOperation(method: 'GET' | 'POST', suffix: string) {
  const init = { method }
  const ask = (base: string, id: string) => fetch(`${base}${jobPath(id)}${suffix}`, init)
  return {
    ...alike(`${jobPath(NOBODY)}${suffix}`, init),
    200: async (ground) => ask(ground.base, (await endedJob(ground)).id),
    500: async (ground) => {
      const { id } = await submitJob(ground.base)
      const { keys } = ground.stack
      await spoil(ground, keys.job(id), keys.workflow(id))
      return ask(ground.base, id)
    },
  } satisfies Record<number, Ask>
}

function assetOperation(method: 'GET' | 'DELETE', suffix: string, headers = {}) {
  const init = { method, headers }
  const ask = (base: string, id: string) => fetch(`${base}${assetPath(id)}${suffix}`, init)
  return {
    ...alike(`${assetPath(NOBODY)}${suffix}`, init),
    200: async (ground) => ask(ground.base, (await uploaded(ground)).id),
    500: async (ground) => {
      const { id } = await uploaded(ground)
      await spoil(ground, ground.stack.keys.asset(id))
      return ask(ground.base, id)
    },
  } satisfies Record<number, Ask>
}

const json = (body: object): Init => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})
const content = (range: string) => assetOperation('GET', '/content', { range })[200]
const metadata = assetOperation('GET', '')
const bytes = assetOperation('GET', '/content')
const deletion = assetOperation('DELETE', '')
const look = jobOperation('GET', '')
const graph = jobOperation('GET', '/workflow')
const events = jobOperation('GET', '/events')
const cancel = jobOperation('POST', '/cancel')
const submission = alike(JOBS, json({ workflow: WORKFLOW }))
const fromHash = alike(FROM_HASH, json({ hash: HASH_OF_NOTHING }))

async function spoilBlob(ground: Ground): Promise<string> {
  const { hash } = await uploaded(ground)
  await spoil(ground, ground.stack.keys.blob(hash.slice('blake3:'.length)))
  return hash
}

export const ANSWERS: Record<string, Record<number, Ask>> = {
  postAssets: {
    201: ({ base }) => upload(base),
    200: async (ground) => {
      await uploaded(ground)
      return upload(ground.base, { file_path: 'again.txt' })
    },
    401: ({ guarded }) => upload(guarded),
    403: alike(ASSETS, { method: 'POST', body: new FormData() })[403],
    409: ({ base }) => upload(base, { expected_hash: HASH_OF_NOTHING }),
    422: ({ base }) => upload(base, { content_type: '' }),
    500: async (ground) => {
      await spoil(ground, ground.stack.keys.assets)
      return upload(ground.base)
    },
  },
  assetFromHash: {
    ...fromHash,
    201: async (ground) => {
      const { hash } = await uploaded(ground)
      return post(`${ground.base}${FROM_HASH}`, { hash, file_path: 'another name.txt' })
    },
    200: async (ground) => {
      const { hash } = await uploaded(ground)
      await post(`${ground.base}${FROM_HASH}`, { hash, file_path: 'same name.txt' })
      return post(`${ground.base}${FROM_HASH}`, { hash, file_path: 'same name.txt' })
    },
    500: async (ground) => {
      const hash = await spoilBlob(ground)
      return post(`${ground.base}${FROM_HASH}`, { hash, file_path: 'x' })
    },
  },
  headAssetByHash: {
    200: async (ground) => {
      const { hash } = await uploaded(ground)
      return fetch(`${ground.base}${hashPath(hash)}`, { method: 'HEAD' })
    },
    401: ({ guarded }) => fetch(`${guarded}${hashPath(HASH_OF_NOTHING)}`, { method: 'HEAD' }),
    404: ({ base }) => fetch(`${base}${hashPath(HASH_OF_NOTHING)}`, { method: 'HEAD' }),
    500: async (ground) =>
      fetch(`${ground.base}${hashPath(await spoilBlob(ground))}`, { method: 'HEAD' }),
  },
  getAsset: { 200: metadata[200], 401: metadata[401], 404: metadata[404], 500: metadata[500] },
  deleteAsset: {
    204: deletion[200],
    401: deletion[401],
    403: deletion[403],
    404: deletion[404],
    409: async (ground) =>
      fetch(`${ground.base}${assetPath(await madeByJob(ground))}`, { method: 'DELETE' }),
    500: deletion[500],
  },
  getAssetContent: {
    200: bytes[200],
    206: content('bytes=0-3'),
    401: bytes[401],
    404: bytes[404],
    416: content('bytes=1000000-'),
    500: bytes[500],
  },
  postJobs: {
    201: ({ base }) => post(`${base}${JOBS}`, { workflow: WORKFLOW }),
    401: submission[401],
    403: submission[403],
    422: ({ base }) => post(`${base}${JOBS}`, { workflow: {} }),
    429: async ({ small }) => {
      await submitJob(small)
      return post(`${small}${JOBS}`, { workflow: WORKFLOW })
    },
    500: async (ground) => {
      await spoil(ground, ground.stack.keys.backlog('*'))
      return post(`${ground.base}${JOBS}`, { workflow: WORKFLOW })
    },
  },
  getJob: {
    200: look[200],
    401: look[401],
    404: look[404],
    429: async ({ small }) => {
      const { id } = await submitJob(small)
      const stream = await fetch(`${small}${jobPath(id)}/events`)
      const refused = await fetch(`${small}${jobPath(id)}?wait=60`)
      await stream.body?.cancel()
      return refused
    },
    500: look[500],
  },
  getJobWorkflow: { 200: graph[200], 401: graph[401], 404: graph[404], 500: graph[500] },
  getJobEvents: {
    200: events[200],
    401: events[401],
    404: events[404],
    429: async ({ small }) => {
      const { id } = await submitJob(small)
      const stream = await fetch(`${small}${jobPath(id)}/events`)
      const refused = await fetch(`${small}${jobPath(id)}/events`)
      await stream.body?.cancel()
      return refused
    },
    500: events[500],
  },
  cancelJob: {
    200: cancel[200],
    401: cancel[401],
    403: cancel[403],
    404: cancel[404],
    500: cancel[500],
  },
}
