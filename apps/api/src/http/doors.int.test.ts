import { connect as dial } from 'node:net'
import { until } from '@safelight/testkit'
import { describe, expect, it, onTestFinished } from 'vitest'
import { loadApiConfig } from '../config.ts'
import { askRaw } from '../testing/ask-raw.ts'
import { submitJob } from '../testing/http.ts'
import { shareStack, type ApiStack } from '../testing/api-stack.ts'
import { trackSockets } from '../testing/watch-socket.ts'

let stack: ApiStack
shareStack((shared) => (stack = shared))
const open = trackSockets()

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
      expect(await askRaw(`${url}${path}`, { method, headers })).toMatchObject(refused)
    const own = await askRaw(`${url}${path}`, { method, headers: { origin: url } })
    expect(own.status).not.toBe(403)
  })

  it('may when it is on the list', async () => {
    const { url } = await stack.startApi({ CORS_ORIGIN: evil.origin })
    const path = `${url}/api/v2/hosts/any/drain`
    expect(await askRaw(path, { method: 'POST', headers: evil })).toMatchObject({ status: 404 })
    const other = { origin: 'https://worse.example' }
    expect(await askRaw(path, { method: 'POST', headers: other })).toMatchObject({ status: 403 })
  })
})

describe('a name that is not ours', () => {
  const strange = { host: 'evil.example', origin: 'http://evil.example' }
  const refused = { status: 421, code: 'misdirected_request' }
  const polling = '/socket.io/?EIO=4&transport=polling'

  it.each(['/api/v2/jobs', '/', '/docs', '/openapi.json', '/nothing', polling])(
    'is refused: %s',
    async (path) => {
      expect(await askRaw(`${stack.api.url}${path}`, { headers: strange })).toMatchObject(refused)
      expect((await askRaw(`${stack.api.url}${path}`)).status).not.toBe(421)
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
        expect(await askRaw(`${stack.api.url}${path}`, { headers: { host } })).toMatchObject({
          status: 200,
        })
    }
  })

  it('is ours when the operator says so, or it is the public one', async () => {
    const listed = await stack.startApi({ ALLOWED_HOSTS: 'api, evil.example' })
    const published = await stack.startApi({ PUBLIC_URL: 'http://evil.example' })
    for (const { url } of [listed, published])
      expect((await askRaw(`${url}/api/v2/jobs`, { headers: strange })).status).toBe(200)
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
    const begin = () => askRaw(`${api.url}/socket.io/?EIO=4&transport=polling`)
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
    const { text } = await askRaw(url)
    const { sid }: { sid: string } = JSON.parse(text.slice(1))
    await expect.poll(async () => (await askRaw(`${url}&sid=${sid}`)).status).toBe(400)
  })
})

it('a stream of a job that is not there is not there for HEAD either', async () => {
  const job = await submitJob(stack.api.url)
  const head = (id: string) =>
    askRaw(`${stack.api.url}/api/v2/jobs/${id}/events`, { method: 'HEAD' }).then(
      ({ status }) => status,
    )
  expect([await head(job.id), await head('nothing')]).toEqual([200, 404])
})
