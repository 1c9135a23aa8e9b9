import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request as sendRaw } from 'node:http'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadApiConfig } from '../config.ts'
import { readError } from '../testing/http.ts'
import { shareStack, type ApiStack } from '../testing/api-stack.ts'

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8'
const PAGE = '<!doctype html><title>the page</title>'

const parent = await mkdtemp(join(tmpdir(), 'safelight-web-'))
const folder = join(parent, 'dist')
let stack: ApiStack
shareStack((shared) => (stack = shared), { settings: { SAFELIGHT_WEB_DIR: folder } })
beforeAll(async () => {
  await mkdir(join(folder, 'assets'), { recursive: true })
  await Promise.all([
    writeFile(join(parent, 'secret.txt'), 'secret'),
    writeFile(join(folder, 'index.html'), PAGE),
    writeFile(join(folder, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>'),
    writeFile(join(folder, '.hidden'), 'secret'),
    writeFile(join(folder, 'assets', 'index-B4x.js'), 'export {}'),
  ])
})
afterAll(() => rm(parent, { recursive: true, force: true }))

function ask(path: string, options: { accept?: string; method?: string; url?: string } = {}) {
  const { accept = BROWSER, method = 'GET', url = stack.api.url } = options
  return fetch(`${url}${path}`, { method, headers: { accept } })
}

/** As it is: `fetch` tidies paths up, and asks for fresh content where a browser would not. */
function askRaw(
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(stack.api.url)
    const request = sendRaw({ hostname, port, path, headers: { accept: BROWSER, ...headers } })
    request.on('error', reject).on('response', (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
    })
    request.end()
  })
}

describe('the web page', () => {
  it.each(['/', '/jobs/abc', '/hosts', '/jobs/abc?tab=nodes', '/apiary', '/index.html'])(
    'is at %s, to be asked for again each time',
    async (path) => {
      const response = await ask(path)
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
      expect(response.headers.get('cache-control')).toBe('no-cache')
      expect(await response.text()).toBe(PAGE)
    },
  )

  it('lets nothing from elsewhere in, and is framed by nobody', async () => {
    const { headers } = await ask('/jobs/abc')
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self' ws: wss:; style-src 'self' 'unsafe-inline'; font-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
    )
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
  })

  it('may fetch outputs from where links lead', async () => {
    const { url } = await stack.startApi({ PUBLIC_URL: 'https://pictures.example/safelight/' })
    const policy = (await ask('/', { url })).headers.get('content-security-policy') ?? ''
    for (const source of ['img-src', 'media-src', 'connect-src']) {
      expect(policy).toMatch(new RegExp(`${source} 'self'[^;]* https://pictures\\.example(;|$)`))
    }
  })

  it('needs no token', async () => {
    const { url } = await stack.startApi({ SAFELIGHT_TOKEN: 'some-token' })
    for (const path of ['/', '/jobs/abc', '/assets/index-B4x.js']) {
      expect((await ask(path, { url })).status).toBe(200)
    }
    expect((await ask('/api/v2/jobs', { url })).status).toBe(401)
  })

  it('can be asked about, and comes once to who has it', async () => {
    const head = await ask('/jobs/abc', { method: 'HEAD' })
    expect([head.status, head.headers.get('content-length')]).toEqual([200, `${PAGE.length}`])
    expect(await head.text()).toBe('')
    const held = { 'if-none-match': head.headers.get('etag') ?? '' }
    expect(await askRaw('/', held)).toEqual({ status: 304, text: '' })
  })

  it('is what `/` shows to who has no wish, and nobody else gets it unasked', async () => {
    expect(await (await ask('/', { accept: '*/*' })).text()).toBe(PAGE)
    for (const [path, accept] of [
      ['/', 'application/json'],
      ['/jobs/abc', '*/*'],
      ['/jobs/abc', 'application/json'],
    ] as const) {
      const response = await ask(path, { accept })
      expect([response.status, (await readError(response)).code]).toEqual([404, 'not_found'])
    }
    expect((await ask('/jobs/abc', { method: 'POST' })).status).toBe(404)
  })

  it.each(['/api', '/api/v2/nothing', '//api/v2/jobs', '/docs/x', '/livez/x', '/socket.io'])(
    'does not stand in for what the API does not have: %s',
    async (path) => {
      const response = await ask(path)
      expect([response.status, (await readError(response)).code]).toEqual([404, 'not_found'])
    },
  )

  it('leaves the documentation where it is', async () => {
    expect(await (await ask('/docs')).text()).toContain('Safelight API')
  })
})

describe('files of the web page', () => {
  it('are kept for ever when their name says what is in them', async () => {
    const response = await ask('/assets/index-B4x.js', { accept: '*/*' })
    expect([response.status, await response.text()]).toEqual([200, 'export {}'])
    expect(response.headers.get('content-type')).toContain('javascript')
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
  })

  it('are asked for again when it does not', async () => {
    const response = await ask('/favicon.svg', { accept: 'image/*' })
    expect(response.headers.get('content-type')).toContain('image/svg+xml')
    expect(response.headers.get('cache-control')).toBe('no-cache')
    expect(response.headers.get('etag')).toBeTruthy()
  })

  it('that are gone are no page', async () => {
    for (const path of ['/assets/index-old.js', '/assets/', '/assets']) {
      const response = await ask(path)
      expect([response.status, (await readError(response)).code]).toEqual([404, 'not_found'])
      expect(response.headers.get('cache-control')).toBeNull()
    }
  })

  it.each([
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/assets/../../secret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/assets/%2e%2e/%2e%2e/secret.txt',
    '/assets/..%5c..%5csecret.txt',
    '/.hidden',
    '/assets/%00',
    '/%E0%A4%A',
  ])('are only those in the folder: %s', async (path) => {
    const { status, text } = await askRaw(path)
    expect(text).not.toContain('secret')
    expect([200, 400, 404]).toContain(status)
    expect(status === 200 ? text : PAGE).toBe(PAGE)
  })
})

describe('the folder of the web page', () => {
  it('that holds none is said so, with what to do and where the API is', async () => {
    await rm(join(folder, 'index.html'))
    for (const path of ['/', '/jobs/abc']) {
      const response = await ask(path)
      expect([response.status, response.headers.get('content-type')]).toEqual([
        404,
        'text/html; charset=utf-8',
      ])
      expect(await response.text()).toMatch(/npm run build[^]*\/docs/)
    }
    const refused = await ask('/', { accept: 'application/json' })
    expect((await readError(refused)).code).toBe('not_found')
  })

  it('is meant from where the user stands, or is the one built with this server', () => {
    const env = { SAFELIGHT_WEB_DIR: 'page', INIT_CWD: '/home/me' }
    expect(loadApiConfig(env).SAFELIGHT_WEB_DIR).toBe('/home/me/page')
    const { SAFELIGHT_WEB_DIR: built } = loadApiConfig({})
    expect([basename(join(built, '..')), basename(built)]).toEqual(['web', 'dist'])
  })
})
