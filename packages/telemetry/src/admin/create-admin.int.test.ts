/** The admin port: who gets in, by which name, and what happens when its port is taken. */
import { once } from 'node:events'
import { request } from 'node:http'
import { connect, type Socket } from 'node:net'
import {
  type AdminConfig,
  commonConfigSchema,
  createLogger,
  createScope,
  listen,
  parseConfig,
  systemClock,
} from '@safelight/runtime'
import { createServer } from 'node:http'
import { ApiError } from '@safelight/shared'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { AdminRoute } from './admin-route.ts'
import { createAdmin } from './create-admin.ts'

const ROUTES: AdminRoute[] = [
  { path: '/livez', summary: 'Lives', isPublic: true, read: () => ({ body: { status: 'ok' } }) },
  {
    path: '/debug/jobs/{id}',
    summary: 'One <job>',
    read: ({ params, query }) => ({ body: [params['id'], query.get('a')] }),
  },
  {
    path: '/fails',
    summary: 'Fails',
    read() {
      throw new ApiError('not_found', 'Not here.')
    },
  },
  {
    path: '/breaks',
    summary: 'Breaks',
    read() {
      throw new Error('a secret of ours')
    },
  },
]

async function openAdmin(
  settings: Record<string, string> = {},
  preferredPort = 0,
  log = createLogger({ level: 'silent', name: 'test' }),
) {
  const scope = createScope()
  onTestFinished(() => scope.close())
  const config: AdminConfig = parseConfig(commonConfigSchema, settings)
  const admin = scope.use(
    createAdmin({ name: 'test', config, preferredPort, log, clock: systemClock }),
  )
  return { url: (await admin.listen(ROUTES)) ?? '', admin }
}

/** `fetch` sets no Host. */
function statusFor(url: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { headers: { Host: host }, agent: false }, (answer) => {
      answer.resume()
      resolve(answer.statusCode)
    })
    asked.on('error', reject).end()
  })
}

/** A target that no client would send. */
function statusOf(url: string, target: string): Promise<number | undefined> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, path: target, agent: false }, (answer) => {
      answer.resume()
      resolve(answer.statusCode)
    })
    asked.on('error', reject).end()
  })
}

async function takePort(): Promise<number> {
  const server = createServer()
  onTestFinished(() => void server.close())
  return listen(server, { host: '127.0.0.1', port: 0 })
}

describe('the admin port', () => {
  it('listens on the loopback alone, and shows what is there', async () => {
    const { url } = await openAdmin()
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    const page = await (await fetch(url)).text()
    expect(page).toContain('<a href="/livez">')
    expect(page).toContain('One &lt;job&gt;')
    expect(page).not.toContain('href="/debug/jobs')
    expect(await (await fetch(`${url}/debug/jobs/a%2Fb?a=1`)).json()).toEqual(['a/b', '1'])
  })

  it('answers to its address, to names of this machine and to those it was told of', async () => {
    const { url } = await openAdmin({ ALLOWED_HOSTS: 'gpu-1.lan' })
    for (const host of ['localhost:1', '10.1.2.3:9464', '[fd00::1]:9464', 'gpu-1.lan:9464'])
      expect([host, await statusFor(url, host)]).toEqual([host, 200])
    for (const host of ['evil.example', '10.1.2.3.evil.example'])
      expect([host, await statusFor(url, host)]).toEqual([host, 421])
    expect(await statusFor(`${url}/livez`, 'evil.example')).toBe(200)
  })

  it('asks for the token, by whatever name, but not of probes', async () => {
    const { url } = await openAdmin({ ADMIN_TOKEN: 'a-good-token' })
    const ask = (path: string, token?: string) =>
      fetch(url + path, token ? { headers: { Authorization: `Bearer ${token}` } } : {})
    const refused = await ask('/')
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
    expect((await ask('/nothing', 'a-wrong-token')).status).toBe(401)
    expect((await ask('/', 'a-good-token')).status).toBe(200)
    expect((await ask('/livez')).status).toBe(200)
  })

  it('can only be read, and says what is wrong without telling secrets', async () => {
    const { url } = await openAdmin()
    expect((await fetch(url, { method: 'POST' })).status).toBe(405)
    expect((await fetch(`${url}/nothing`)).status).toBe(404)
    const failed = await fetch(`${url}/fails`)
    expect([failed.status, await failed.json()]).toEqual([
      404,
      { error: { code: 'not_found', message: 'Not here.', details: null } },
    ])
    const broken = await fetch(`${url}/breaks`)
    expect(broken.status).toBe(500)
    expect(await broken.text()).not.toContain('secret')
  })

  it('blames whoever sends what cannot be read, and fills no log with it', async () => {
    const lines: string[] = []
    const destination = { write: (line: string) => void lines.push(line) }
    const { url } = await openAdmin({}, 0, createLogger({ level: 'info', name: 'x', destination }))
    expect((await fetch(`${url}/debug/jobs/%E0%A4%A`)).status).toBe(400)
    for (const target of ['http://x:99999999/livez', 'http://[/livez', '//[', '/livez?%', '/%'])
      expect([target, await statusOf(url, target)]).not.toEqual([target, 500])
    expect(await statusOf(url, 'http://x:99999999/livez?a')).toBe(200)
    expect(lines.filter((line) => !line.includes('"msg":"admin"'))).toEqual([])
  })

  it('answers a prober though others keep all connections and say nothing', async () => {
    const { url } = await openAdmin()
    const { port } = new URL(url)
    const held: Socket[] = []
    onTestFinished(() => held.forEach((socket) => socket.destroy()))
    for (let count = 0; count < 120; count += 1) {
      const socket = connect(Number(port), '127.0.0.1').on('error', () => undefined)
      held.push(socket)
      await once(socket, 'connect')
      if (count % 2 === 0) socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nX-')
    }
    expect((await fetch(`${url}/livez`)).status).toBe(200)
    // those that came last are still there
    expect(held.at(-1)?.destroyed).toBe(false)
  })

  it('takes another port when its own is taken, but not another than the one it was told', async () => {
    const taken = await takePort()
    const { url } = await openAdmin({}, taken)
    expect(new URL(url).port).not.toBe(String(taken))
    await expect(openAdmin({ ADMIN_PORT: String(taken) })).rejects.toThrow(/ADMIN_PORT: is taken/)
  })

  it('is not there when it is off', async () => {
    const { url, admin } = await openAdmin({ ADMIN_PORT: 'off' })
    expect([url, admin.isOn]).toEqual(['', false])
  })
})
