import { once } from 'node:events'
import { IncomingMessage } from 'node:http'
import { json } from 'node:stream/consumers'
import { isDeepStrictEqual } from 'node:util'
import { until } from '@safelight/testkit'
import { beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type ApiStack, shareStack } from '../testing/api-stack.ts'
import { readError } from '../testing/http.ts'
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
} from '../testing/uploads.ts'

let stack: ApiStack
shareStack((shared) => (stack = shared), { settings: { MAX_UPLOAD_BYTES: '100mb' } })

const refuse = (of: Parameters<typeof refuseUpload>[1]) => refuseUpload(stack.api.url, of)
const stored = () => storedFiles(stack.dataDir)

let before: string[]
beforeEach(async () => {
  before = await stored()
})

/** Nothing of an upload is left: no bytes, no key that waits for them, no record. */
async function expectNothingNew() {
  const { redis, keys } = stack
  const left = async () => ({
    files: await stored(),
    pending: await redis.zcard(keys.blobsPending),
    assets: await redis.zcard(keys.assets),
  })
  const nothing = { files: before, pending: 0, assets: 0 }
  // a sender that went away is noticed a little later
  await until(async () => isDeepStrictEqual(await left(), nothing), { withinMs: 5_000 }).catch(
    () => undefined,
  )
  expect(await left()).toEqual(nothing)
}

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
    const request = openUpload(stack.api.url, { 'content-length': 101 * 1024 * 1024 })
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
    const request = openUpload(stack.api.url)
    request.on('error', () => undefined)
    request.write(field('content_type', 'a/b') + field('file_path', 'x'))
    request.write(FILE + 'x'.repeat(300_000))
    await until(async () => (await stack.redis.zcard(stack.keys.blobsPending)) === 1)
    request.destroy()
    await expectNothingNew()
    expect(request.destroyed).toBe(true)
  })
})
