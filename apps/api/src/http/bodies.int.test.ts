import { request as sendRaw } from 'node:http'
import { describe, expect, it } from 'vitest'
import { type ApiStack, shareStack } from '../testing/api-stack.ts'
import { answerTo, askRaw } from '../testing/ask-raw.ts'
import { WORKFLOW } from '../testing/play-worker.ts'

let stack: ApiStack
shareStack((shared) => (stack = shared))

const json = { 'content-type': 'application/json' }

describe('a body', () => {
  const submit = (body: Buffer, type = 'application/json') => {
    const headers = { 'content-type': type, 'content-length': body.length }
    return askRaw(`${stack.api.url}/api/v2/jobs`, { method: 'POST', headers, body })
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
