import { once } from 'node:events'
import { IncomingMessage } from 'node:http'
import { json } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { assetViewSchema } from '@safelight/shared'
import { collectGarbage } from '@safelight/testkit'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type ApiStack, shareStack } from '../testing/api-stack.ts'
import { assertContract } from '../testing/contract.ts'
import {
  field,
  FILE,
  hashOf,
  openUpload,
  PNG,
  refuseUpload,
  sendForm,
  storedFiles,
  toForm,
  upload,
} from '../testing/uploads.ts'

let stack: ApiStack
shareStack((shared) => (stack = shared), {
  settings: { MAX_UPLOAD_BYTES: '100mb', ASSET_RETENTION: '1h' },
})

describe('an upload', () => {
  it('becomes an asset of the contract, of new bytes', async () => {
    const form = toForm({
      fields: [
        ['tags', 'input'],
        ['tags', 'faces'],
        ['owner', 'team-a'],
      ],
    })
    const response = await sendForm(stack.api.url, form)
    expect(response.status).toBe(201)
    const json: unknown = await response.json()
    assertContract('Asset', json)
    const asset = assetViewSchema.parse(json)
    expect(asset).toMatchObject({
      hash: await hashOf(PNG),
      size_bytes: PNG.length,
      content_type: 'image/png',
      type: 'image',
      name: 'photo.png',
      file_path: 'photo.png',
      tags: ['input', 'faces'],
      owner: 'team-a',
      created_new: true,
    })
    expect(asset).not.toHaveProperty('job_id')
    const content = await fetch(asset.url)
    expect(Buffer.from(await content.arrayBuffer())).toEqual(PNG)
    expect(content.headers.get('content-type')).toBe('image/png')
  })

  it('of bytes that are here makes an asset over them, and stores nothing again', async () => {
    const first = await upload(stack.api.url)
    const kept = await storedFiles(stack.dataDir)
    const response = await sendForm(stack.api.url, toForm({ filename: 'again.png' }))
    expect(response.status).toBe(200)
    const again = assetViewSchema.parse(await response.json())
    expect(again).toMatchObject({ created_new: false, hash: first.hash, name: 'again.png' })
    expect(again.id).not.toBe(first.id)
    expect(await storedFiles(stack.dataDir)).toEqual(kept)
  })

  it('is kept as long as it asks for, or else as the service does', async () => {
    const lifeOf = (asset: { created_at: string; expires_at: string | null }) =>
      (Date.parse(asset.expires_at ?? '') - Date.parse(asset.created_at)) / 1000
    expect(lifeOf(await upload(stack.api.url))).toBe(3_600)
    const day = await upload(stack.api.url, { fields: [['expires_in', '86400']] })
    expect(lifeOf(day)).toBe(86_400)
    const forever = await stack.startApi({ ASSET_RETENTION: 'never' })
    expect((await upload(forever.url)).expires_at).toBeNull()
  })

  it('is what its bytes are, whatever its sender says', async () => {
    const asset = await upload(stack.api.url, { fields: [['content_type', 'text/html']] })
    expect(asset).toMatchObject({ content_type: 'image/png', type: 'image' })
    const page = await upload(stack.api.url, {
      bytes: Buffer.from('<script>alert(1)</script>'),
      fields: [['content_type', 'text/html']],
    })
    expect(page).toMatchObject({ content_type: 'application/octet-stream', type: 'file' })
    expect((await fetch(page.url)).headers.get('content-disposition')).toMatch(/^attachment/)
  })

  it('may hold nothing at all', async () => {
    const asset = await upload(stack.api.url, { bytes: new Uint8Array() })
    expect(asset.size_bytes).toBe(0)
    expect(await (await fetch(asset.url)).text()).toBe('')
  })

  it.each([['["a","b"]'], ['a,b'], ['a, b,']])('has its tags also from %s', async (tags) => {
    expect((await upload(stack.api.url, { fields: [['tags', tags]] })).tags).toEqual(['a', 'b'])
  })

  it('is streamed: 48 MB never lie in memory', async () => {
    const piece = Buffer.alloc(1024 * 1024)
    const count = 48
    const limit = 24 * piece.length
    const atFirst = process.memoryUsage().arrayBuffers
    const held = () => process.memoryUsage().arrayBuffers - atFirst
    const request = openUpload(stack.api.url)
    const answer = once(request, 'response')
    async function* body() {
      yield `${field('content_type', 'a/b')}${field('file_path', 'zeros.bin')}${FILE}`
      for (let sent = 0; sent < count; sent += 1) {
        yield piece
        if (held() < limit) continue
        // what nobody holds any more is no matter of ours
        await collectGarbage()
        expect(held()).toBeLessThan(limit)
      }
      yield '\r\n--b--\r\n'
    }
    await pipeline(body, request)
    const [response] = z.tuple([z.instanceof(IncomingMessage)]).parse(await answer)
    expect(await json(response)).toMatchObject({
      size_bytes: count * piece.length,
      hash: await hashOf(...Array.from({ length: count }, () => piece)),
    })
  })
})

describe('the Idempotency-Key of an upload', () => {
  it('is good for one asset, and its second use says which', async () => {
    const headers = { 'idempotency-key': 'upload-1' }
    const first = await upload(stack.api.url, { headers })
    expect(await refuseUpload(stack.api.url, {}, headers)).toMatchObject({
      status: 422,
      code: 'idempotency_key_reuse',
      details: { asset_id: first.id },
    })
    expect(await stack.redis.pttl(stack.keys.uploadKey('upload-1'))).toBeGreaterThan(80_000_000)
  })

  it('is not used up by an upload that fails', async () => {
    const headers = { 'idempotency-key': 'upload-2' }
    expect(
      (await refuseUpload(stack.api.url, { fields: [['expires_in', '1']] }, headers)).status,
    ).toBe(422)
    expect((await upload(stack.api.url, { headers })).created_new).toBe(true)
  })
})
