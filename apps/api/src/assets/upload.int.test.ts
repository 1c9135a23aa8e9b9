import { readdir } from 'node:fs/promises'
import { once } from 'node:events'
import { type ClientRequest, IncomingMessage, request as sendRaw } from 'node:http'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { assetViewSchema } from '@safelight/shared'
import { until } from '@safelight/testkit'
import { createBLAKE3 } from 'hash-wasm'
import { beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type ApiStack, shareStack } from '../testing/api-stack.ts'
import { assertContract } from '../testing/contract.ts'
import { readError } from '../testing/http.ts'
import { PNG, sendForm, toForm, upload, type Upload } from '../testing/uploads.ts'

let stack: ApiStack
shareStack((shared) => (stack = shared), {
  settings: { MAX_UPLOAD_BYTES: '100mb', ASSET_RETENTION: '1h' },
})

async function hashOf(...parts: Uint8Array[]): Promise<string> {
  const hasher = await createBLAKE3()
  hasher.init()
  for (const part of parts) hasher.update(part)
  return `blake3:${hasher.digest('hex')}`
}

/** Files of the store: blobs, and parts of broken writes. */
async function stored(): Promise<string[]> {
  const names = await readdir(join(stack.dataDir, 'blobs'), { recursive: true }).catch(() => [])
  return names.filter((name) => /[0-9a-f-]{36}$/.test(name))
}

let before: string[]
beforeEach(async () => {
  before = await stored()
})

/** Nothing of an upload is left: no bytes, no key that waits for them, no record. */
async function expectNothingNew() {
  await until(async () => (await stored()).length === before.length, { withinMs: 5_000 })
  expect(await stack.redis.zcard(stack.keys.blobsPending)).toBe(0)
  expect(await stack.redis.zcard(stack.keys.blobsTrash)).toBe(0)
  expect(await stack.redis.zcard(stack.keys.assets)).toBe(0)
}

const field = (name: string, value: string) =>
  `--b\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
const FILE = '--b\r\ncontent-disposition: form-data; name="file"; filename="x"\r\n\r\n'

/** An upload whose form the test writes itself. */
function open(headers: Record<string, string | number> = {}): ClientRequest {
  return sendRaw(`${stack.api.url}/api/v2/assets`, {
    method: 'POST',
    headers: { 'content-type': 'multipart/form-data; boundary=b', ...headers },
  })
}

async function refuse(of: Upload | FormData, headers: Record<string, string> = {}) {
  const form = of instanceof FormData ? of : toForm(of)
  const response = await sendForm(stack.api.url, form, headers)
  return { status: response.status, ...(await readError(response)) }
}

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
    const kept = await stored()
    const response = await sendForm(stack.api.url, toForm({ filename: 'again.png' }))
    expect(response.status).toBe(200)
    const again = assetViewSchema.parse(await response.json())
    expect(again).toMatchObject({ created_new: false, hash: first.hash, name: 'again.png' })
    expect(again.id).not.toBe(first.id)
    expect(await stored()).toEqual(kept)
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

  it('is streamed: 96 MB never lie in memory', async () => {
    const piece = Buffer.alloc(1024 * 1024)
    const count = 96
    let most = 0
    const atFirst = process.memoryUsage().arrayBuffers
    const request = open()
    const answer = once(request, 'response')
    async function* body() {
      yield `${field('content_type', 'a/b')}${field('file_path', 'zeros.bin')}${FILE}`
      for (let sent = 0; sent < count; sent += 1) {
        yield piece
        most = Math.max(most, process.memoryUsage().arrayBuffers)
      }
      yield '\r\n--b--\r\n'
    }
    await pipeline(body, request)
    const [response] = z.tuple([z.instanceof(IncomingMessage)]).parse(await answer)
    expect(await json(response)).toMatchObject({
      size_bytes: count * piece.length,
      hash: await hashOf(...Array.from({ length: count }, () => piece)),
    })
    expect(most - atFirst).toBeLessThan(64 * 1024 * 1024)
  })
})

describe('an upload is refused, and leaves nothing,', () => {
  it('when its bytes have another hash than it says', async () => {
    const hash = `blake3:${'0'.repeat(64)}`
    const refusal = await refuse({ fields: [['expected_hash', hash]] })
    expect(refusal).toMatchObject({
      status: 409,
      code: 'hash_mismatch',
      details: { expected_hash: hash, hash: await hashOf(PNG) },
    })
    await expectNothingNew()
  })

  it.each([
    [[['file_path', '../etc/passwd']], 'file_path'],
    [[['file_path', '/etc/passwd']], 'file_path'],
    [[['file_path', 'a\\b.png']], 'file_path'],
    [[['file_path', 'a//b.png']], 'file_path'],
    [[['file_path', 'C:x.png']], 'file_path'],
    [[['file_path', 'a\u202egnp.exe']], 'file_path'],
    [[['file_path', 'x'.repeat(600)]], 'file_path'],
    [[['content_type', 'picture']], 'content_type'],
    [[['expires_in', '59']], 'expires_in'],
    [[['expires_in', '604801']], 'expires_in'],
    [[['expires_in', 'soon']], 'expires_in'],
    [[['owner', 'a b']], 'owner'],
    [[['tags', 'x'.repeat(70)]], 'tags'],
    [[['tags', '[{"a":1}]']], 'tags'],
    [[['colour', 'red']], 'colour'],
    [
      [
        ['owner', 'a'],
        ['owner', 'b'],
      ],
      'owner',
    ],
    [[['x'.repeat(5_000), 'a']], 'xxx'],
    [[['owner', 'a'.repeat(5_000)]], 'owner'],
  ] as const)('when a field is not right: %j', async (fields, name) => {
    const { status, code, message } = await refuse({ fields })
    expect([status, code]).toEqual([422, 'invalid_upload'])
    expect(message).toContain(name)
    expect(message.length).toBeLessThan(500)
    await expectNothingNew()
  })

  it.each(['content_type', 'file_path', 'file'])('when it has no %s', async (name) => {
    const form = toForm({})
    form.delete(name)
    const { status, code, message } = await refuse(form)
    expect([status, code]).toEqual([422, 'invalid_upload'])
    expect(message).toContain(name)
  })

  it('when a field comes after the file, or a second file', async () => {
    const late = toForm({})
    late.append('tags', 'input')
    const refusal = await refuse(late)
    expect(refusal).toMatchObject({ status: 422, code: 'invalid_upload' })
    expect(refusal.message).toContain('before the file')
    const two = toForm({})
    two.append('file', new Blob([PNG]), 'second.png')
    expect(await refuse(two)).toMatchObject({ status: 422, code: 'invalid_upload' })
    await expectNothingNew()
  })

  it('when it is too large, told before it is sent where its length is known', async () => {
    const request = open({ 'content-length': 101 * 1024 * 1024 })
    const answer = once(request, 'response')
    request.flushHeaders()
    const [response] = z.tuple([z.instanceof(IncomingMessage)]).parse(await answer)
    expect([response.statusCode, await json(response)]).toMatchObject([
      413,
      { error: { code: 'payload_too_large', details: { limit_bytes: 100 * 1024 * 1024 } } },
    ])
    request.on('error', () => undefined).destroy()
    await expectNothingNew()
  })

  it('when it is found to be too large on the way', async () => {
    const small = await stack.startApi({ MAX_UPLOAD_BYTES: '64kb' })
    const response = await sendForm(small.url, toForm({ bytes: new Uint8Array(65 * 1024) }))
    expect([response.status, (await readError(response)).code]).toEqual([413, 'payload_too_large'])
    await expectNothingNew()
  })

  it('when it is no form, or breaks off inside of one', async () => {
    const type = 'multipart/form-data'
    const send = (body: string, contentType: string) =>
      fetch(`${stack.api.url}/api/v2/assets`, {
        method: 'POST',
        body,
        headers: { 'content-type': contentType },
      })
    const fields = field('content_type', 'a/b') + field('file_path', 'x')
    for (const [body, contentType] of [
      ['hello', type],
      ['hello', `${type}; boundary=b`],
      [`${fields}${FILE}hello`, `${type}; boundary=b`],
    ] as const) {
      const response = await send(body, contentType)
      expect([response.status, (await readError(response)).code]).toEqual([422, 'invalid_upload'])
    }
    await expectNothingNew()
  })

  it('when its sender goes away in the middle', async () => {
    const request = open()
    request.on('error', () => undefined)
    request.write(field('content_type', 'a/b') + field('file_path', 'x'))
    request.write(FILE + 'x'.repeat(300_000))
    await until(async () => (await stack.redis.zcard(stack.keys.blobsPending)) === 1)
    request.destroy()
    await expectNothingNew()
    expect(await stored()).toEqual(before)
  })
})

describe('the Idempotency-Key of an upload', () => {
  it('is good for one asset, and its second use says which', async () => {
    const headers = { 'idempotency-key': 'upload-1' }
    const first = await upload(stack.api.url, { headers })
    expect(await refuse({}, headers)).toMatchObject({
      status: 422,
      code: 'idempotency_key_reuse',
      details: { asset_id: first.id },
    })
    expect(await stack.redis.pttl(stack.keys.uploadKey('upload-1'))).toBeGreaterThan(80_000_000)
  })

  it('is not used up by an upload that fails', async () => {
    const headers = { 'idempotency-key': 'upload-2' }
    expect((await refuse({ fields: [['expires_in', '1']] }, headers)).status).toBe(422)
    expect((await upload(stack.api.url, { headers })).created_new).toBe(true)
  })
})
