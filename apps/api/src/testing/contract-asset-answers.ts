/** The answers of the contract's operations on assets: operation → status → what makes a server give it. */
import { randomUUID } from 'node:crypto'
import { newAsset } from '@safelight/testkit'
import { z } from 'zod'
import { alike, type Ask, type Ground, json, NOBODY, spoil } from './contract-ground.ts'
import { post, submitJob } from './http.ts'
import { smallJob, toOutput } from './play-worker.ts'

const ASSETS = '/api/v2/assets'
const FROM_HASH = `${ASSETS}/from-hash`
const HASH_OF_NOTHING = `blake3:${'0'.repeat(64)}`
const assetPath = (id: string) => `${ASSETS}/${id}`
const hashPath = (hash: string) => `${ASSETS}/by-hash/${hash}`

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
  const { assets } = stack
  const output = toOutput(randomUUID())
  const made = { tags: ['output'], job_id: jobId, created_at: Date.now() }
  const asset = newAsset({ ...output, ...made })
  await assets.mint(asset, { key: await assets.begin(), size: output.size_bytes })
  for (const body of smallJob(output.id)) await stack.append(jobId, body)
  return asset.id
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

const content = (range: string) => assetOperation('GET', '/content', { range })[200]
const metadata = assetOperation('GET', '')
const bytes = assetOperation('GET', '/content')
const deletion = assetOperation('DELETE', '')
const fromHash = alike(FROM_HASH, json({ hash: HASH_OF_NOTHING }))

async function spoilBlob(ground: Ground): Promise<string> {
  const { hash } = await uploaded(ground)
  await spoil(ground, ground.stack.keys.blob(hash.slice('blake3:'.length)))
  return hash
}

export const ASSET_ANSWERS: Record<string, Record<number, Ask>> = {
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
    403: ({ guarded }) => fetch(`${guarded}/api/v2/assets/x/content?expires=9&signature=0`),
    404: bytes[404],
    416: content('bytes=1000000-'),
    500: bytes[500],
  },
}
