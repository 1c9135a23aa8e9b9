import type { JobView } from '@safelight/shared'
import { beforeEach, describe, expect, it } from 'vitest'
import { submitJob } from '../testing/http.ts'
import { shareStack, type ApiStack } from '../testing/api-stack.ts'
import { trackSockets, watch } from '../testing/watch-socket.ts'

let stack: ApiStack
let job: JobView
const open = trackSockets()
shareStack((shared) => (stack = shared))
beforeEach(async () => {
  job = await submitJob(stack.api.url)
})

describe('what a client may not do', () => {
  it.each([
    [null, 'invalid_request'],
    ['job', 'invalid_request'],
    [{}, 'invalid_request'],
    [{ jobId: '' }, 'invalid_request'],
    [{ jobId: 'x'.repeat(200) }, 'invalid_request'],
    [{ jobId: 'x', afterSeq: -1 }, 'invalid_request'],
    [{ jobId: 'x', previews: 'yes' }, 'invalid_request'],
    [{ jobId: 'nothing' }, 'not_found'],
    [{ jobId: 'a:workflow' }, 'not_found'],
  ])('is answered, and the connection goes on: %j', async (request, code) => {
    const socket = open(stack.api.url)
    // whatever the types say, a client may send anything
    const answer = await watch(socket, request as Parameters<typeof watch>[1])
    expect(answer).toMatchObject({ ok: false, error: { code } })
    expect(await watch(socket, { jobId: job.id })).toMatchObject({ ok: true })
  })

  it('includes leaving out the acknowledgement, or sending nonsense', async () => {
    const socket = open(stack.api.url)
    // untyped on purpose: other clients have no types
    const raw: { emit(event: string, ...data: unknown[]): unknown } = socket
    raw.emit('watch')
    raw.emit('watch', { jobId: job.id }, 'not a function')
    raw.emit('watch', { jobId: job.id })
    raw.emit('unwatch')
    raw.emit('unwatch', 7, 8, 9)
    raw.emit('something else', {})
    expect(await watch(socket, { jobId: job.id })).toMatchObject({ ok: true })
  })

  it('includes watching more jobs than the bound', async () => {
    const api = await stack.startApi({ MAX_WATCHES_PER_SOCKET: '2' })
    const jobs = [job, await submitJob(api.url), await submitJob(api.url)]
    const socket = open(api.url)
    const answers = []
    for (const { id } of jobs) answers.push(await watch(socket, { jobId: id }))
    expect(answers.map(({ ok }) => ok)).toEqual([true, true, false])
    await socket.emitWithAck('unwatch', { jobId: job.id })
    expect(await watch(socket, { jobId: jobs[2]?.id ?? '' })).toMatchObject({ ok: true })
  })

  it('includes big messages: they end the connection, not the process', async () => {
    const socket = open(stack.api.url, { reconnection: false })
    await watch(socket, { jobId: job.id })
    const gone = new Promise((resolve) => socket.on('disconnect', resolve))
    socket.emit('watch', { jobId: 'x'.repeat(100_000) }, () => undefined)
    await gone
    expect(await watch(open(stack.api.url), { jobId: job.id })).toMatchObject({ ok: true })
  })

  it('includes coming without the token, where there is one', async () => {
    const api = await stack.startApi({ SAFELIGHT_TOKEN: 'correct-horse' })
    const refused = (auth: object) =>
      new Promise<unknown>((resolve) => {
        open(api.url, { auth }).on('connect_error', (error) => resolve(Reflect.get(error, 'data')))
      })
    expect(await refused({})).toEqual({ code: 'unauthorized' })
    expect(await refused({ token: 'wrong-horse' })).toEqual({ code: 'unauthorized' })
    expect(await refused({ token: { toString: 1 } })).toEqual({ code: 'unauthorized' })
    const socket = open(api.url, { auth: { token: 'correct-horse' } })
    expect(await watch(socket, { jobId: job.id })).toMatchObject({ ok: true })
  })

  it("includes coming from another page's origin", async () => {
    const from = (url: string, origin: string) =>
      new Promise<boolean>((resolve) => {
        const socket = open(url, { extraHeaders: { origin }, reconnection: false })
        socket.on('connect', () => resolve(true))
        socket.on('connect_error', () => resolve(false))
      })
    expect(await from(stack.api.url, 'https://evil.example')).toBe(false)
    expect(await from(stack.api.url, stack.api.url)).toBe(true)
    const api = await stack.startApi({ CORS_ORIGIN: 'https://good.example' })
    expect(await from(api.url, 'https://good.example')).toBe(true)
  })
})
