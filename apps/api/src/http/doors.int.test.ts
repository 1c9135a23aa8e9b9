import { type ClientRequest, type IncomingMessage, request as sendRaw } from 'node:http'
import { connect as dial } from 'node:net'
import { until } from '@safelight/testkit'
import { describe, expect, it, onTestFinished } from 'vitest'
import { loadApiConfig } from '../config.ts'
import { submitJob } from '../testing/http.ts'
import { WORKFLOW } from '../testing/play-worker.ts'
import { shareStack, type ApiStack } from '../testing/api-stack.ts'
import { trackSockets } from '../testing/watch-socket.ts'

let stack: ApiStack
shareStack((shared) => (stack = shared))
const open = trackSockets()

interface Asked {
  method?: string
  headers?: Record<string, string | number>
  body?: string | Buffer
}

/** With every header as the test says: `fetch` has its own mind about some. */
async function ask(url: string, { method = 'GET', headers = {}, body }: Asked = {}) {
  const request = sendRaw(url, { method, headers })
  const answer = answerTo(request)
  request.end(body)
  return await answer
}

async function answerTo(request: ClientRequest) {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request.on('response', resolve).on('error', reject)
  })
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(Buffer.from(chunk))
  const text = Buffer.concat(chunks).toString()
  const code: unknown = text.startsWith('{') ? JSON.parse(text).error?.code : undefined
  return { status: response.statusCode, code, text }
}

const json = { 'content-type': 'application/json' }
const evil = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }

describe('a page of another origin', () => {
  it.each([
    ['POST', '/api/v2/hosts/any/drain'],
    ['POST', '/api/v2/jobs/any/cancel'],
    ['POST', '/api/v2/jobs'],
    ['POST', '/api/v2/dead-letters/any/replay'],
    ['DELETE', '/api/v2/dead-letters/any'],
    ['DELETE', '/api/v2/jobs?all=true'],
  ])('changes nothing: %s %s', async (method, path) => {
    const { url } = stack.api
    const refused = { status: 403, code: 'forbidden' }
    const { origin, ...site } = evil
    for (const headers of [evil, { origin }, site, { origin: 'null' }])
      expect(await ask(`${url}${path}`, { method, headers })).toMatchObject(refused)
    const own = await ask(`${url}${path}`, { method, headers: { origin: url } })
    expect(own.status).not.toBe(403)
  })

  it('may when it is on the list', async () => {
    const { url } = await stack.startApi({ CORS_ORIGIN: evil.origin })
    const path = `${url}/api/v2/hosts/any/drain`
    expect(await ask(path, { method: 'POST', headers: evil })).toMatchObject({ status: 404 })
    const other = { origin: 'https://worse.example' }
    expect(await ask(path, { method: 'POST', headers: other })).toMatchObject({ status: 403 })
  })
})

describe('a name that is not ours', () => {
  const strange = { host: 'evil.example', origin: 'http://evil.example' }
  const refused = { status: 421, code: 'misdirected_request' }
  const polling = '/socket.io/?EIO=4&transport=polling'

  it.each(['/api/v2/jobs', '/', '/docs', '/openapi.json', '/nothing', polling])(
    'is refused: %s',
    async (path) => {
      expect(await ask(`${stack.api.url}${path}`, { headers: strange })).toMatchObject(refused)
      expect((await ask(`${stack.api.url}${path}`)).status).not.toBe(421)
    },
  )

  it('opens no WebSocket either', async () => {
    const socket = dial(stack.api.port, '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    const answer = new Promise<string>((resolve) => {
      socket.once('data', (data) => resolve(data.toString()))
    })
    const lines = [
      'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1',
      'Host: evil.example',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ]
    socket.write([...lines, '', ''].join('\r\n'))
    expect(await answer).toMatch(/^HTTP\/1\.1 421 [^]*"misdirected_request"/)
  })

  it('may ask whether the process is well: that is how load balancers do it', async () => {
    for (const path of ['/livez', '/readyz']) {
      for (const host of ['10.2.3.4:8080', 'evil.example'])
        expect(await ask(`${stack.api.url}${path}`, { headers: { host } })).toMatchObject({
          status: 200,
        })
    }
  })

  it('is ours when the operator says so, or it is the public one', async () => {
    const listed = await stack.startApi({ ALLOWED_HOSTS: 'api, evil.example' })
    const published = await stack.startApi({ PUBLIC_URL: 'http://evil.example' })
    for (const { url } of [listed, published])
      expect((await ask(`${url}/api/v2/jobs`, { headers: strange })).status).toBe(200)
  })
})

describe('settings', () => {
  const load = (env: Record<string, string>) => () => loadApiConfig(env)

  it('listen to others only with a token, or when that is meant', () => {
    for (const HOST of ['0.0.0.0', '::', '10.0.0.5', 'example.org'])
      expect(load({ HOST })).toThrow('HOST: others can reach it')
    for (const HOST of ['127.0.0.1', '::1', 'localhost']) expect(load({ HOST })).not.toThrow()
    expect(load({ HOST: '0.0.0.0', SAFELIGHT_TOKEN: 'correct-horse' })).not.toThrow()
    expect(load({ HOST: '0.0.0.0', OPEN_TO_ALL: 'true' })).not.toThrow()
  })

  it('say which proxies are believed, never all', () => {
    const trusted = (TRUST_PROXY: string) => load({ TRUST_PROXY })().TRUST_PROXY
    expect(['0', 'false', '2'].map(trusted)).toEqual([0, 0, 2])
    expect(trusted('10.0.0.0/8, ::1')).toEqual(['10.0.0.0/8', '::1'])
    for (const TRUST_PROXY of ['true', 'yes', '-1', '10.0.0.0/40', 'proxy'])
      expect(load({ TRUST_PROXY })).toThrow('TRUST_PROXY: must be a number of proxies')
  })
})

describe('an address that is counted', () => {
  const from = (...addresses: string[]) => ({ 'x-forwarded-for': addresses.join(', ') })

  it('is the one that our own proxy saw, whatever the client writes before it', async () => {
    const api = await stack.startApi({ MAX_STREAMS_PER_CLIENT: '1', TRUST_PROXY: '1' })
    const job = await submitJob(api.url)
    const abort = new AbortController()
    onTestFinished(() => abort.abort())
    const stream = (headers: Record<string, string>) =>
      fetch(`${api.url}${job.urls.events}`, { headers, signal: abort.signal })
    expect((await stream(from('1.1.1.1', '203.0.113.9'))).status).toBe(200)
    expect((await stream(from('2.2.2.2', '203.0.113.9'))).status).toBe(429)
    expect((await stream(from('203.0.113.10'))).status).toBe(200)
  })

  it('has so many sockets, counted before they say what they are here for, and no more', async () => {
    const api = await stack.startApi({ MAX_SOCKETS_PER_CLIENT: '2' }, { socketJoinMs: 60_000 })
    const begin = () => ask(`${api.url}/socket.io/?EIO=4&transport=polling`)
    expect([(await begin()).status, (await begin()).status]).toEqual([200, 200])
    expect(await begin()).toMatchObject({ status: 429, code: 'too_many_streams' })
    const refused = open(api.url, { reconnection: false })
    await new Promise((resolve) => refused.once('connect_error', resolve))
    expect(refused.connected).toBe(false)
  })

  it('has room again when one is gone', async () => {
    const api = await stack.startApi({ MAX_SOCKETS_PER_CLIENT: '1' })
    const first = open(api.url)
    await until(() => first.connected)
    const second = open(api.url, { reconnectionDelay: 10, reconnectionDelayMax: 10 })
    await new Promise((resolve) => second.once('connect_error', resolve))
    first.disconnect()
    await expect.poll(() => second.connected).toBe(true)
  })

  it('loses a socket that does not say what it is here for', async () => {
    const api = await stack.startApi({}, { socketJoinMs: 30 })
    const url = `${api.url}/socket.io/?EIO=4&transport=polling`
    const { text } = await ask(url)
    const { sid }: { sid: string } = JSON.parse(text.slice(1))
    await expect.poll(async () => (await ask(`${url}&sid=${sid}`)).status).toBe(400)
  })
})

describe('a body', () => {
  const submit = (body: Buffer, type = 'application/json') => {
    const headers = { 'content-type': type, 'content-length': body.length }
    return ask(`${stack.api.url}/api/v2/jobs`, { method: 'POST', headers, body })
  }
  const text = JSON.stringify({ workflow: WORKFLOW, metadata: { who: 'é' } })

  it('is UTF-8, or refused: nothing is read as something else than was sent', async () => {
    expect((await submit(Buffer.from(text))).status).toBe(201)
    expect((await submit(Buffer.from(text), 'application/json; charset=UTF-8')).status).toBe(201)
    const refused = { status: 400, code: 'invalid_request' }
    expect(await submit(Buffer.from(text, 'latin1'))).toMatchObject(refused)
    const others = { 'iso-8859-1': 'latin1', 'utf-16': 'utf16le', 'utf-16le': 'utf16le' } as const
    for (const [charset, encoding] of Object.entries(others)) {
      const body = Buffer.from(text, encoding)
      expect(await submit(body, `application/json; charset=${charset}`)).toMatchObject(refused)
    }
  })

  const announce = (length: number) => {
    const headers = { ...json, expect: '100-continue', 'content-length': length }
    const request = sendRaw(`${stack.api.url}/api/v2/jobs`, { method: 'POST', headers })
    let continued = false
    request.on('continue', () => {
      continued = true
      request.end(text)
    })
    const answer = answerTo(request)
    request.flushHeaders()
    return answer.then(({ status, code }) => ({ status, code, continued }))
  }

  it('that is announced and too large is refused before it is sent', async () => {
    const tooLarge = { status: 413, code: 'payload_too_large', continued: false }
    expect(await announce(10_000_000)).toEqual(tooLarge)
    expect(await announce(Buffer.byteLength(text))).toMatchObject({ status: 201, continued: true })
  })

  it('of which nothing comes any more is not waited for', async () => {
    const api = await stack.startApi({}, { bodyIdleMs: 60 })
    const headers = { ...json, 'content-length': 1_000 }
    const request = sendRaw(`${api.url}/api/v2/jobs`, { method: 'POST', headers })
    const answer = answerTo(request)
    request.write('{')
    expect((await answer).status).toBe(408)
  })

  it('that trickles is not waited for either, unless it is an upload', async () => {
    const api = await stack.startApi({}, { bodyIdleMs: 60, bodyMs: 120 })
    const trickle = (path: string, type: string) => {
      const headers = { 'content-type': type, 'content-length': 1_000 }
      const request = sendRaw(`${api.url}${path}`, { method: 'POST', headers })
      const drip = setInterval(() => request.write(' '), 5)
      const stop = () => {
        clearInterval(drip)
        request.destroy()
      }
      return { request, stop }
    }
    const upload = trickle('/api/v2/assets', 'multipart/form-data; boundary=b')
    const ends: string[] = []
    upload.request.on('error', () => ends.push('upload')).on('response', () => ends.push('upload'))
    const job = trickle('/api/v2/jobs', 'application/json')
    expect((await answerTo(job.request)).status).toBe(408)
    expect(ends).toEqual([])
    job.stop()
    upload.stop()
  })
})

it('a stream of a job that is not there is not there for HEAD either', async () => {
  const job = await submitJob(stack.api.url)
  const head = (id: string) =>
    ask(`${stack.api.url}/api/v2/jobs/${id}/events`, { method: 'HEAD' }).then(
      ({ status }) => status,
    )
  expect([await head(job.id), await head('nothing')]).toEqual([200, 404])
})
