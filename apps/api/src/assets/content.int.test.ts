import { truncate } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import { join } from 'node:path'
import { assetViewSchema } from '@safelight/shared'
import sharp from 'sharp'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type ApiStack, shareStack } from '../testing/api-stack.ts'
import { post, readError } from '../testing/http.ts'
import { PNG, refuseUpload, upload } from '../testing/uploads.ts'
import { parseRange } from './range.ts'

let stack: ApiStack
shareStack((shared) => (stack = shared), {
  settings: { FETCH_ALLOW_PRIVATE: 'true', MAX_PIXELS: '1000000' },
})

const picture = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#336699' } })
    .png()
    .toBuffer()

describe('a picture', () => {
  it('says how large it is, and has small ones that stay the same', async () => {
    const asset = await upload(stack.api.url, { bytes: await picture(600, 400) })
    expect(asset).toMatchObject({ width: 600, height: 400 })
    const small = new URL(asset.thumbnail_url ?? '')
    expect(small.searchParams.get('w')).toBe('256')
    small.searchParams.set('w', '128')
    const response = await fetch(small)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'image/webp',
      'content-disposition': expect.stringContaining('filename="photo-128.webp"'),
    })
    const etag = response.headers.get('etag') ?? ''
    const bytes = Buffer.from(await response.arrayBuffer())
    expect(await sharp(bytes).metadata()).toMatchObject({ width: 128, height: 85 })
    const again = await fetch(small, { headers: { 'if-none-match': etag } })
    expect(again.status).toBe(304)
    const whole = await fetch(asset.url, { headers: { 'if-none-match': etag } })
    expect(whole.status).toBe(200)
  })

  it('has no small ones of any other width, and what is no picture has none', async () => {
    const { url } = await upload(stack.api.url)
    const odd = await fetch(`${url}?w=100`)
    expect([odd.status, (await readError(odd)).code]).toEqual([400, 'invalid_request'])
    const text = await upload(stack.api.url, {
      bytes: Buffer.from('hello'),
      fields: [['content_type', 'text/plain']],
    })
    expect(text.thumbnail_url).toBeNull()
    const none = await fetch(`${text.url}?w=128`)
    expect([none.status, (await readError(none)).code]).toEqual([404, 'not_found'])
  })

  it('is refused when it claims more pixels than any may have', async () => {
    const bomb = Buffer.from(await picture(8, 8))
    bomb.writeUInt32BE(40_000, 16)
    bomb.writeUInt32BE(40_000, 20)
    const refusal = await refuseUpload(stack.api.url, { bytes: bomb })
    expect(refusal).toMatchObject({ status: 422, code: 'invalid_upload' })
    expect(refusal.message).toContain('1000000 pixels')
    bomb.writeUInt32BE(2 ** 31 - 1, 16)
    expect((await refuseUpload(stack.api.url, { bytes: bomb })).status).toBe(422)
  })
})

it('part of a content goes with the rest of it, and with nothing else', async () => {
  const { url } = await upload(stack.api.url)
  const etag = (await fetch(url, { method: 'HEAD' })).headers.get('etag') ?? ''
  const ask = async (ifRange: string) =>
    (await fetch(url, { headers: { range: 'bytes=0-3', 'if-range': ifRange } })).status
  expect([await ask(etag), await ask('"other"')]).toEqual([206, 200])
  const several = await fetch(url, { headers: { range: 'bytes=0-1,3-4' } })
  expect([several.status, (await several.arrayBuffer()).byteLength]).toEqual([200, PNG.length])
})

it('half of a content is not sent as the whole of it', async () => {
  const { url, hash } = await upload(stack.api.url)
  const blob = await stack.assets.blobOf(hash ?? '')
  await truncate(join(stack.dataDir, 'blobs', blob?.key ?? ''), PNG.length - 1)
  for (const headers of [{}, { range: 'bytes=0-3' }, { range: 'bytes=-1' }]) {
    const response = await fetch(url, { headers })
    expect([response.status, (await readError(response)).code]).toEqual([404, 'not_found'])
    expect(response.headers.get('etag')).toBeNull()
  }
})

it.each([
  [undefined, 10, null],
  ['bytes=0-', 10, { start: 0, end: 9 }],
  ['bytes=2-99', 10, { start: 2, end: 9 }],
  ['bytes=-99', 10, { start: 0, end: 9 }],
  ['bytes=-0', 10, 'unsatisfiable'],
  ['bytes=10-', 10, 'unsatisfiable'],
  ['bytes=0-', 0, 'unsatisfiable'],
  ['bytes=5-2', 10, null],
  ['bytes=-', 10, null],
  ['bytes=a-b', 10, null],
  ['lines=0-1', 10, null],
] as const)('range %j of %i bytes is %j', (header, size, range) => {
  expect(parseRange(header, size)).toEqual(range)
})

describe('a url', () => {
  async function serve(answer: RequestListener): Promise<string> {
    const server = createServer(answer)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    const address = server.address()
    return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
  }
  const send = (body: object, headers: Record<string, string> = {}) =>
    post(`${stack.api.url}/api/v2/assets`, body, headers)

  it('is fetched into an asset', async () => {
    const base = await serve((_request, response) => void response.end(PNG))
    const url = `${base}/faces/a.png?token=secret`
    const response = await send({ url, tags: ['web'], expires_in: 3_600, owner: 'team-a' })
    expect(response.status).toBe(201)
    const asset = assetViewSchema.parse(await response.json())
    expect(asset).toMatchObject({
      name: 'a.png',
      content_type: 'image/png',
      file_path: null,
      tags: ['web'],
      owner: 'team-a',
      created_new: true,
    })
    expect((await send({ url })).status).toBe(200)
    expect(stack.logged.join('')).not.toContain('secret')
  })

  it('that gives nothing is told of without its secrets, and its key may be used again', async () => {
    const base = await serve((_request, response) => void response.writeHead(403).end())
    const headers = { 'idempotency-key': 'fetch-1' }
    const refused = await send({ url: `${base}/a?token=secret` }, headers)
    expect(refused.status).toBe(422)
    const error = await readError(refused)
    expect(error).toMatchObject({
      code: 'invalid_upload',
      details: { problem: 'refused', status: 403 },
    })
    expect(JSON.stringify(error)).not.toMatch(/secret|127\.0/)
    const good = await serve((_request, response) => void response.end(PNG))
    expect((await send({ url: good }, headers)).status).toBe(201)
    expect((await send({ url: good }, headers)).status).toBe(422)
  })

  it('of a private address is refused unless that is allowed', async () => {
    const strict = await stack.startApi({ FETCH_ALLOW_PRIVATE: 'false' })
    for (const url of ['https://127.0.0.1/', 'https://localhost/', 'https://[::1]/']) {
      const response = await post(`${strict.url}/api/v2/assets`, { url })
      expect([response.status, await readError(response)]).toMatchObject([
        422,
        { code: 'invalid_upload', details: { problem: 'not_public' } },
      ])
    }
  })

  it.each([{}, { url: '' }, { url: 'x', colour: 'red' }, { url: 'x', file_path: '../x' }])(
    'is not taken from %j',
    async (body) => {
      const response = await send(body)
      expect([response.status, (await readError(response)).code]).toEqual([400, 'invalid_request'])
    },
  )
})
