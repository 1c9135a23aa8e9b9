import { randomUUID } from 'node:crypto'
import { outputViewSchema } from '@safelight/shared'
import { describe, expect, it } from 'vitest'
import { createLinks } from '../http/links.ts'
import { createSignatureCheck, createUrlSigner } from '../http/signed-urls.ts'
import { toOutputView } from '../jobs/view.ts'
import { type ApiStack, shareStack } from '../testing/api-stack.ts'
import { readError } from '../testing/http.ts'
import { toOutput } from '../testing/play-worker.ts'
import { PNG, sendForm, toForm, upload } from '../testing/uploads.ts'

const TOKEN = 'a-token-for-tests'
const bearer = { authorization: `Bearer ${TOKEN}` }

let stack: ApiStack
shareStack((shared) => (stack = shared), { settings: { SAFELIGHT_TOKEN: TOKEN } })

describe('the address of an asset', () => {
  it('opens without the token, for the picture and small ones of it, and nothing else does', async () => {
    const { id, url } = await upload(stack.api.url, { headers: bearer })
    const content = await fetch(url)
    expect(Buffer.from(await content.arrayBuffer())).toEqual(PNG)
    expect((await fetch(url, { method: 'HEAD' })).status).toBe(200)
    expect((await fetch(`${url}&w=128`)).headers.get('content-type')).toBe('image/webp')

    const [plain = '', query = ''] = url.split('?')
    for (const [address, method] of [
      [plain, 'GET'],
      [`${stack.api.url}/api/v2/assets/${id}?${query}`, 'GET'],
      [`${stack.api.url}/api/v2/assets/${id}?${query}`, 'DELETE'],
      [`${stack.api.url}/api/v2/jobs?${query}`, 'GET'],
    ] as const) {
      const response = await fetch(address, { method })
      expect([response.status, (await readError(response)).code]).toEqual([401, 'unauthorized'])
    }
    expect((await fetch(plain, { headers: bearer })).status).toBe(200)
  })

  it('is refused when anything of it was changed, or its time is over', async () => {
    const { id, url } = await upload(stack.api.url, { headers: bearer })
    const expires = Number(new URL(url).searchParams.get('expires'))
    const past = createUrlSigner({ token: TOKEN, ttlMs: 60_000, now: Date.now })
    const other = createUrlSigner({ token: 'another-token', ttlMs: 60_000, now: Date.now })
    const content = `${stack.api.url}/api/v2/assets/${id}/content`
    for (const address of [
      url.replace(String(expires), String(expires + 1)),
      url.replace(/signature=./, (part) => (part.endsWith('0') ? 'signature=1' : 'signature=0')),
      url.replace(id, randomUUID()),
      url.replace(/expires=\d+&/, ''),
      `${url}&signature=x`,
      content + other.sign(id, Date.now() + 60_000),
      content + past.sign(id, Date.now() - 1_000),
    ]) {
      const response = await fetch(address)
      expect([address, response.status]).toEqual([address, 403])
      expect(await readError(response)).toMatchObject({ code: 'forbidden' })
    }
  })

  it('is never in the log with its signature', async () => {
    const { url } = await upload(stack.api.url, { headers: bearer })
    await fetch(url)
    const signature = new URL(url).searchParams.get('signature')
    expect(signature).toMatch(/^[0-9a-f]{32}$/)
    expect(stack.logged.join('')).not.toContain(signature)
  })

  it('is not signed where there is no token', async () => {
    const open = await stack.startApi({ SAFELIGHT_TOKEN: '' })
    const response = await sendForm(open.url, toForm({}))
    expect(await response.json()).toMatchObject({
      url: expect.stringMatching(/\/content$/),
      url_expires_at: expect.any(String),
    })
  })
})

describe('how long an address is good', () => {
  const at = (now: number) => createUrlSigner({ token: TOKEN, ttlMs: 60_000, now: () => now })
  const isGood = (url: string, now: number) => {
    const { pathname: path, searchParams } = new URL(url)
    const check = createSignatureCheck({ token: TOKEN, now: () => now })
    return check({ method: 'GET', path, query: Object.fromEntries(searchParams) })
  }

  it('is at least URL_TTL, and the same for who asks at about the same time', () => {
    const links = (now: number) => createLinks('http://x', at(now))
    const { url, until } = links(1_000_000).assetContent('a', null)
    expect(until).toBe(1_080_000)
    expect(links(1_019_999).assetContent('a', null)).toEqual({ url, until })
    expect(links(1_020_000).assetContent('a', null)).not.toEqual({ url, until })
    expect(isGood(url, until - 1)).toBe(true)
    expect(() => isGood(url, until)).toThrow('over')
  })

  it('is not longer than the asset is kept', () => {
    const links = createLinks('http://x', at(1_000_000))
    expect(links.assetContent('a', 1_001_000).until).toBe(1_001_000)
    // it is kept still, by who needs it
    expect(links.assetContent('a', 999_000).until).toBe(1_080_000)
  })

  it('is as long as it is kept, for an output: whoever looks, and whenever, sees the same', () => {
    const output = toOutput('o', { expires_at: 9_000_500 })
    const views = [1_000_000, 8_000_000].map((now) =>
      toOutputView(output, 'j', createLinks('http://x', at(now))),
    )
    expect(views[0]).toEqual(views[1])
    const { url, url_expires_at } = outputViewSchema.parse(views[0])
    expect(Date.parse(url_expires_at)).toBe(9_000_500)
    expect(isGood(url, 9_000_499)).toBe(true)
  })
})
