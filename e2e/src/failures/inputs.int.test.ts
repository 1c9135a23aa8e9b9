/** Files that workflows refer to, from the upload to the picture that is made of them, and what may become of them on the way. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createApi } from '@safelight/api'
import { loadApiConfig } from '@safelight/api/config'
import { type Asset, type Workflow } from '@safelight/shared'
import { type Simulator, startSimulator } from '@safelight/simulator'
import { openTestBed } from '@safelight/testkit/vitest'
import { createWorkerApp } from '@safelight/worker'
import { loadWorkerConfig } from '@safelight/worker/config'
import { QUICK_TIMINGS } from '@safelight/worker/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { endOf, submit } from '../testing/client.ts'

const MAX_UPLOAD_BYTES = 10_000

let bed: Awaited<ReturnType<typeof openTestBed>>
let host: Simulator
let url: string
beforeEach(async () => {
  bed = await openTestBed()
  const { scope, env, log } = bed
  host = scope.use(await startSimulator({ speed: 50, maxUploadBytes: MAX_UPLOAD_BYTES }))
  const api = scope.use(await createApi(loadApiConfig({ ...env, PORT: '0' }), { log }))
  url = api.url
  // a host that has said that it has a file is believed: it must notice the loss itself
  const timings = { ...QUICK_TIMINGS, stagedFreshMs: 3_600_000 }
  const config = loadWorkerConfig({ ...env, COMFYUI_HOSTS: host.url })
  scope.use(await createWorkerApp(config, { log, timings }))
})
afterEach(() => bed.close())

/** A bitmap of this size, in one color. */
function bitmap(width: number, height: number): Buffer {
  const row = Math.ceil((width * 3) / 4) * 4
  const bytes = Buffer.alloc(54 + row * height, 90)
  bytes.fill(0, 0, 54)
  bytes.write('BM')
  bytes.writeUInt32LE(bytes.byteLength, 2)
  bytes.writeUInt32LE(54, 10)
  bytes.writeUInt32LE(40, 14)
  bytes.writeInt32LE(width, 18)
  bytes.writeInt32LE(height, 22)
  bytes.writeUInt16LE(1, 26)
  bytes.writeUInt16LE(24, 28)
  return bytes
}

async function upload(bytes: Buffer): Promise<string> {
  const form = new FormData()
  form.set('content_type', 'image/bmp')
  form.set('file_path', 'input.bmp')
  form.set('file', new Blob([new Uint8Array(bytes)], { type: 'image/bmp' }), 'input.bmp')
  const answer = await fetch(`${url}/api/v2/assets`, { method: 'POST', body: form })
  if (!answer.ok) throw new Error(`refused: ${answer.status} ${await answer.text()}`)
  return z.object({ id: z.string() }).parse(await answer.json()).id
}

const reference = (id: Asset['id']) => ({ __type: 'core/ASSET', info: { id } })

function fromPhoto(id: string, prefix = 'photo'): Workflow {
  return {
    '1': { class_type: 'LoadImage', inputs: { image: reference(id) } },
    '2': { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: prefix } },
  }
}

async function run(workflow: Workflow) {
  const { id } = await submit(url, workflow)
  return endOf(url, id)
}

describe('an input that its host has lost', () => {
  it('is handed over again, and the picture made of it', async () => {
    const photo = await upload(bitmap(20, 10))
    expect(await run(fromPhoto(photo, 'first'))).toMatchObject({
      status: 'succeeded',
      outputs: [{ node_id: '2', type: 'image' }],
    })
    host.faults.set({ inputsLost: true })
    expect(await run(fromPhoto(photo, 'second'))).toMatchObject({ status: 'succeeded', attempt: 1 })
    const [first, second] = host.uploads()
    expect(host.uploads()).toHaveLength(2)
    expect(first).toMatch(/^safelight-[0-9a-f]{32}\.bmp$/)
    expect(second).toBe(first)
    expect(host.executions()).toHaveLength(2)
  })
})

describe('a file that a host cannot be given', () => {
  it('is refused at submit when it is not stored', async () => {
    const photo = await upload(bitmap(20, 10))
    expect((await fetch(`${url}/api/v2/assets/${photo}`, { method: 'DELETE' })).status).toBe(204)
    await expect(submit(url, fromPhoto(photo))).rejects.toThrow('missing_asset')
  })

  it('cannot be deleted while a job needs it', async () => {
    const photo = await upload(bitmap(20, 10))
    // it waits for a host that does not come
    await bed.store.accept({
      jobId: 'waits',
      workflow: fromPhoto(photo),
      inputs: [photo],
      owner: 'default',
      pool: 'none',
      priority: 0,
      cost: 1,
      weight: 1,
      needs: { classes: [], files: [], listed: [], avoid: [], avoidUntil: null, memory: false },
      metadata: null,
      idempotencyKey: null,
    })
    const answer = await fetch(`${url}/api/v2/assets/${photo}`, { method: 'DELETE' })
    expect(answer.status).toBe(409)
    expect(await answer.text()).toContain('asset_in_use')
  })

  it('ends the job with a word of its own when its bytes are gone', async () => {
    const photo = await upload(bitmap(20, 10))
    await rm(join(bed.dataDir, 'blobs'), { recursive: true })
    expect(await run(fromPhoto(photo))).toMatchObject({
      status: 'failed',
      attempt: 1,
      error: { code: 'missing_asset' },
    })
    expect(host.prompts()).toEqual([])
  })

  it('ends the job with a word of its own when it is larger than the host takes', async () => {
    const photo = await upload(bitmap(100, 100))
    expect(await run(fromPhoto(photo))).toMatchObject({
      status: 'failed',
      attempt: 1,
      error: { code: 'input_too_large' },
    })
    expect(host.uploads()).toEqual([])
  })
})
