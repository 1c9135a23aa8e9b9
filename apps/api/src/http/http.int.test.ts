import { request as sendRaw } from 'node:http'
import { connect as dial } from 'node:net'
import { describe, expect, it } from 'vitest'
import { post, readError } from '../testing/http.ts'
import { WORKFLOW } from '../testing/play-worker.ts'
import { until } from '@safelight/testkit'
import { shareStack, type ApiStack } from '../testing/api-stack.ts'

let stack: ApiStack
shareStack((shared) => (stack = shared))

describe('a request for something that is not there', () => {
  it.each(['/nothing', '/api/v2/nothing', '/api/v1/jobs', '//api/v2/jobs'])(
    'is refused in the envelope: %s',
    async (path) => {
      const response = await fetch(`${stack.api.url}${path}`)
      expect([response.status, (await readError(response)).code]).toEqual([404, 'not_found'])
    },
  )

  it.each([
    ['PUT', '/api/v2/jobs/x', 'GET, PATCH, DELETE'],
    ['PUT', '/api/v2/jobs', 'POST, GET, DELETE'],
    ['GET', '/api/v2/jobs/x/cancel', 'POST'],
    ['POST', '/livez', 'GET'],
  ])('is refused with the allowed methods: %s %s', async (method, path, allowed) => {
    const response = await fetch(`${stack.api.url}${path}`, { method })
    expect([response.status, response.headers.get('allow')]).toEqual([405, allowed])
    expect((await readError(response)).code).toBe('method_not_allowed')
  })
})

describe('with a token', () => {
  const token = 'correct-horse-battery'
  const bearer = { authorization: `Bearer ${token}` }

  it('everything under /api needs it, and what is for operators and readers does not', async () => {
    const { url } = await stack.startApi({ SAFELIGHT_TOKEN: token })
    for (const path of [
      '/api/v2/jobs',
      '/api/v2/jobs/x',
      '/API/v2/jobs',
      '/api/v2/assets/x/content',
    ]) {
      for (const headers of [
        {},
        { authorization: 'Bearer wrong-horse' },
        { authorization: token },
      ]) {
        const response = await fetch(`${url}${path}`, { headers })
        expect([response.status, (await readError(response)).code]).toEqual([401, 'unauthorized'])
      }
    }
    expect((await post(`${url}/api/v2/jobs`, { workflow: WORKFLOW })).status).toBe(401)
    for (const path of ['/livez', '/readyz', '/docs', '/openapi.json']) {
      expect((await fetch(`${url}${path}`)).status).toBe(200)
    }
  })

  it('whoever has it gets in', async () => {
    const { url } = await stack.startApi({ SAFELIGHT_TOKEN: token })
    expect((await post(`${url}/api/v2/jobs`, { workflow: WORKFLOW }, bearer)).status).toBe(201)
    expect((await fetch(`${url}/api/v2/jobs`, { headers: bearer })).status).toBe(200)
  })

  it('keeps it out of the log', async () => {
    const { url } = await stack.startApi({ SAFELIGHT_TOKEN: token })
    await fetch(`${url}/api/v2/jobs?token=${token}`, { headers: bearer })
    await until(() => stack.logged.some((line) => line.includes('"request"')))
    expect(stack.logged.join('')).not.toContain(token)
  })
})

describe('other origins', () => {
  it('may not call, unless they are configured', async () => {
    const origin = 'http://localhost:5173'
    const closed = await fetch(`${stack.api.url}/api/v2/jobs`, { headers: { origin } })
    expect(closed.headers.get('access-control-allow-origin')).toBeNull()
    const { url } = await stack.startApi({ CORS_ORIGIN: `${origin}, https://b.example` })
    const open = await fetch(`${url}/api/v2/jobs`, { headers: { origin } })
    expect(open.headers.get('access-control-allow-origin')).toBe(origin)
    const other = await fetch(`${url}/api/v2/jobs`, { headers: { origin: 'https://c.example' } })
    expect(other.headers.get('access-control-allow-origin')).toBeNull()
  })

  it('may ask before they post, without a token', async () => {
    const { url } = await stack.startApi({ CORS_ORIGIN: '*', SAFELIGHT_TOKEN: 'some-token' })
    const response = await fetch(`${url}/api/v2/jobs`, {
      method: 'OPTIONS',
      headers: { origin: 'https://a.example', 'access-control-request-method': 'POST' },
    })
    expect(response.status).toBe(204)
    expect(response.headers.get('access-control-allow-headers')).toContain('Idempotency-Key')
  })
})

describe('stopping', () => {
  it('does not wait for connections that ask for nothing', async () => {
    const api = await stack.startApi()
    const idle = dial(api.port, '127.0.0.1')
    await new Promise((resolve) => idle.once('connect', resolve))
    await fetch(`${api.url}/livez`)
    const cutOff = new Promise((resolve) => idle.once('close', resolve))
    await api.close()
    await cutOff
    expect(stack.logged.join('')).not.toContain('"level":"error"')
  })

  it('lets a request under way finish and takes no new ones', async () => {
    const api = await stack.startApi()
    const body = JSON.stringify({ workflow: WORKFLOW })
    const answer = new Promise<number>((resolve, reject) => {
      const request = sendRaw(`${api.url}/api/v2/jobs`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-length': body.length },
      })
      request.on('response', (response) => {
        response.resume()
        resolve(response.statusCode ?? 0)
      })
      request.on('error', reject)
      request.write(body.slice(0, 10), () => {
        closing = api.close()
        request.end(body.slice(10))
      })
    })
    let closing: Promise<void> | undefined
    expect(await answer).toBe(201)
    await closing
    await expect(fetch(`${api.url}/livez`)).rejects.toBeInstanceOf(TypeError)
  })
})
