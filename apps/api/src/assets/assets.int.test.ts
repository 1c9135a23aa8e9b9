import { randomUUID } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Asset, assetViewSchema } from '@safelight/shared'
import { newAsset } from '@safelight/testkit'
import { describe, expect, it } from 'vitest'
import { assertContract } from '../testing/contract.ts'
import { readError, submitJob } from '../testing/http.ts'
import { toOutput } from '../testing/play-worker.ts'
import { shareStack, type ApiStack } from '../testing/api-stack.ts'
import { createLinks } from '../http/links.ts'
import { toIso, toOutputView } from '../jobs/view.ts'
import { toDisposition, toServedType } from './content-type.ts'

let stack: ApiStack
shareStack((shared) => (stack = shared))

const HEX = 'cd'.repeat(32)

/** Stores an asset as the worker does: bytes by their hash, then the record. */
async function store(patch: Partial<Asset> = {}, bytes = 'hello pixels'): Promise<string> {
  const { id: jobId } = await submitJob(stack.api.url)
  const folder = join(stack.dataDir, 'blobs', HEX.slice(0, 2))
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, HEX), bytes)
  const output = toOutput(randomUUID(), { hash: `blake3:${HEX}`, size_bytes: bytes.length })
  const made = { tags: ['output'], job_id: jobId, created_at: Date.now() }
  const asset = newAsset({ ...output, ...made, ...patch })
  // as versions before 0.2 did: a record, and the bytes by their hash
  await stack.redis.set(stack.keys.asset(asset.id), JSON.stringify(asset))
  return `${stack.api.url}/api/v2/assets/${asset.id}`
}

describe('an asset', () => {
  it('has a record of the contract that says where its bytes are', async () => {
    const url = await store()
    const asset: unknown = await (await fetch(url)).json()
    assertContract('Asset', asset)
    expect(asset).toMatchObject({ url: `${url}/content`, hash: `blake3:${HEX}` })
  })

  it('expires when it says; its address does so sooner, and that of an output does not', async () => {
    const expires_at = Date.UTC(2030, 0, 1)
    const date = '2030-01-01T00:00:00.000Z'
    const read = async (url: string) => assetViewSchema.parse(await (await fetch(url)).json())
    const asset = await read(await store({ expires_at }))
    expect(asset.expires_at).toBe(date)
    const hours = (Date.parse(asset.url_expires_at) - Date.now()) / 3_600_000
    expect(hours).toBeGreaterThan(0.99)
    expect(hours).toBeLessThan(2.01)
    const soon = Date.now() + 60_000
    expect((await read(await store({ expires_at: soon }))).url_expires_at).toBe(toIso(soon))
    const output = toOutputView(toOutput('o', { expires_at }), 'j', createLinks('http://x'))
    expect(output.url_expires_at).toBe(date)
  })

  it('is not found under an unknown id', async () => {
    for (const path of ['nothing', 'nothing/content', '..%2f..%2fetc%2fpasswd/content']) {
      const response = await fetch(`${stack.api.url}/api/v2/assets/${path}`)
      expect([response.status, (await readError(response)).code]).toEqual([404, 'not_found'])
    }
  })

  it('is not found when its bytes are gone, and nobody may keep that answer', async () => {
    const url = await store({ hash: `blake3:${'ef'.repeat(32)}` })
    const response = await fetch(`${url}/content`)
    expect([response.status, (await readError(response)).code]).toEqual([404, 'not_found'])
    expect(response.headers.get('content-type')).toMatch(/^application\/json/)
    expect(response.headers.get('cache-control')).toBeNull()
    expect(response.headers.get('etag')).toBeNull()
  })

  it.each(['blake3:../../etc/passwd', 'blake3:', `sha256:${HEX}`])(
    'never names a file by anything but a hash: %s',
    async (hash) => {
      const url = await store({ hash })
      expect((await fetch(`${url}/content`)).status).toBe(404)
    },
  )
})

describe('content', () => {
  it('comes whole, with its type, its name and for ever', async () => {
    const response = await fetch(`${await store()}/content`)
    expect(await response.text()).toBe('hello pixels')
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-length': '12',
      'accept-ranges': 'bytes',
      etag: `"${HEX}"`,
      'x-content-type-options': 'nosniff',
    })
    expect(response.headers.get('cache-control')).toContain('immutable')
    expect(response.headers.get('content-disposition')).toContain('inline; filename="x_00001_.png"')
    expect(response.headers.get('content-security-policy')).toContain('sandbox')
  })

  it('is not sent again to who has it', async () => {
    const response = await fetch(`${await store()}/content`, {
      headers: { 'if-none-match': `"${HEX}"` },
    })
    expect([response.status, await response.text()]).toEqual([304, ''])
  })

  it.each([
    ['bytes=0-4', 'hello', 'bytes 0-4/12'],
    ['bytes=6-', 'pixels', 'bytes 6-11/12'],
    ['bytes=-2', 'ls', 'bytes 10-11/12'],
  ])('comes in parts: %s', async (range, text, contentRange) => {
    const response = await fetch(`${await store()}/content`, { headers: { range } })
    expect([response.status, await response.text()]).toEqual([206, text])
    expect(response.headers.get('content-range')).toBe(contentRange)
  })

  it('has no part beyond its end', async () => {
    const response = await fetch(`${await store()}/content`, { headers: { range: 'bytes=99-' } })
    expect([response.status, (await readError(response)).code]).toEqual([
      416,
      'range_not_satisfiable',
    ])
    expect(response.headers.get('content-range')).toBe('bytes */12')
  })

  it('can be asked about without being fetched', async () => {
    const response = await fetch(`${await store()}/content`, { method: 'HEAD' })
    expect([response.status, response.headers.get('content-length')]).toEqual([200, '12'])
  })

  it.each([
    'text/html',
    'image/svg+xml',
    'application/xhtml+xml',
    'text/html; charset=x',
    'TEXT/HTML',
    '',
  ])('is never shown as %j', async (contentType) => {
    const response = await fetch(`${await store({ content_type: contentType })}/content`)
    expect(response.headers.get('content-type')).toBe('application/octet-stream')
    expect(response.headers.get('content-disposition')).toMatch(/^attachment/)
  })
})

describe('the name of a download', () => {
  it.each([
    ['a.png', 'inline; filename="a.png"; filename*=UTF-8\'\'a.png'],
    [
      'a"b\r\nX: y.png',
      'inline; filename="a_b__X: y.png"; filename*=UTF-8\'\'a%22b%0D%0AX%3A%20y.png',
    ],
    ['bild ü.png', 'inline; filename="bild _.png"; filename*=UTF-8\'\'bild%20%C3%BC.png'],
    ['\ud800.png', 'inline; filename="_.png"; filename*=UTF-8\'\'%EF%BF%BD.png'],
  ])('is safe in a header: %j', (name, header) => {
    expect(toDisposition(name, true)).toBe(header)
  })

  it('keeps plain text readable and names its encoding', () => {
    expect(toServedType('text/plain')).toEqual({ type: 'text/plain; charset=utf-8', inline: true })
  })
})
