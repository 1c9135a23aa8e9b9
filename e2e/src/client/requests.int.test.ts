/** What a program gets from `@safelight/client`, against the whole stack on real ports. */
import { createServer } from 'node:http'
import { type Client, createClient, RequestError } from '@safelight/client'
import type { Workflow } from '@safelight/shared'
import { findFreePort, openWire } from '@safelight/testkit'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { endOf, textToImage } from '../testing/client.ts'
import type { Stack } from '../testing/stack.ts'
import { openTestStack } from '../testing/test-stack.ts'
import { raising, slow } from '../testing/workflows.ts'

let stack: Stack
let url: string
let client: Client
beforeAll(async () => {
  stack = await openTestStack({ speed: 20 })
  url = stack.urls[0] ?? ''
  client = createClient({ baseUrl: url })
})
afterAll(() => stack.close())

const refusal = (work: Promise<unknown>) =>
  work.then(
    () => {
      throw new Error('it was not refused')
    },
    (error: unknown) => error,
  )

describe('the client', () => {
  it('submits with all that may be said of a job, and reads back what it is', async () => {
    const workflow = textToImage(1, 2)
    const job = await client.jobs.submit(workflow, { priority: 5, metadata: { who: 'me' } })
    expect(job).toMatchObject({ status: 'queued', priority: 5, metadata: { who: 'me' } })
    expect(await client.jobs.workflow(job.id)).toEqual(workflow)
    await endOf(url, job.id)
    const done = await client.jobs.get(job.id)
    expect(done).toMatchObject({ id: job.id, status: 'succeeded' })
    const bytes = await client.outputs.bytes(done.outputs[0] ?? { url: '' })
    expect(Buffer.from(bytes).subarray(1, 4).toString()).toBe('PNG')
  })

  it('lists page by page, newest first, and only what is asked for', async () => {
    const ids: string[] = []
    for (let n = 0; n < 3; n += 1)
      ids.unshift((await client.jobs.submit(textToImage(20 + n, 1))).id)
    await Promise.all(ids.map((id) => endOf(url, id)))
    const first = await client.jobs.list({ limit: 2, status: ['succeeded'] })
    const { next_cursor: cursor } = first
    const second = await client.jobs.list({ limit: 2, ...(cursor && { cursor }) })
    expect([...first.jobs, ...second.jobs].map(({ id }) => id).slice(0, 3)).toEqual(ids)
    expect((await client.jobs.list({ status: ['expired'] })).jobs).toEqual([])
  })

  it('makes one job of one submission, though its first answer is lost on the way', async () => {
    const wire = await openWire(url)
    onTestFinished(() => wire.close())
    const through = createClient({ baseUrl: wire.url })
    wire.loseAnswerTo('POST /api/v2/jobs')
    const mark = { metadata: { batch: 'lost-answer' } }
    const job = await through.jobs.submit(textToImage(30, 1), mark)
    const all = (await client.jobs.list({ limit: 100 })).jobs
    const made = all.filter(({ metadata }) => metadata?.['batch'] === 'lost-answer')
    expect(made.map(({ id }) => id)).toEqual([job.id])
    expect(wire.connections.http).toBe(2)
  })

  it('cancels one, and many by what they have in common', async () => {
    const mark = { metadata: { batch: 'many' } }
    const workflows = Array.from({ length: 4 }, () => slow({ steps: 200, seconds: 1 }))
    const jobs = await Promise.all(workflows.map((one) => client.jobs.submit(one, mark)))
    const [first] = jobs
    const one = await client.jobs.cancel(first?.id ?? '')
    expect(['canceling', 'canceled']).toContain(one.status)
    const rest = await client.jobs.cancelMany({ metadata: { batch: 'many' } })
    expect(rest.canceled + rest.canceling).toBe(3)
    const ends = await Promise.all(jobs.map(({ id }) => endOf(url, id)))
    expect(ends.map(({ status }) => status)).toEqual(jobs.map(() => 'canceled'))

    await client.jobs.delete(first?.id ?? '')
    await expect(client.jobs.get(first?.id ?? '')).rejects.toMatchObject({ code: 'not_found' })
    const filter = { status: ['canceled'], olderThan: 0 } as const
    expect(await client.jobs.purge(filter, { dryRun: true })).toMatchObject({ jobs: 3 })
    const seen: number[] = []
    const purged = await client.jobs.purge(filter, { onProgress: (sofar) => seen.push(sofar.jobs) })
    expect([purged.jobs, seen.at(-1)]).toEqual([3, 3])
    expect(await client.jobs.purge(filter)).toMatchObject({ jobs: 0 })
  })

  it('drains a host and lets it work again', async () => {
    const [host] = await client.hosts.list()
    if (!host) throw new Error('no host')
    const drained = await client.hosts.drain(host.id, { reason: 'new driver' })
    expect(drained.drain?.reason).toBe('new driver')
    expect((await client.hosts.resume(host.id)).drain).toBeNull()
    expect((await client.deadLetters.list()).jobs).toEqual([])
  })

  it('throws errors with the API’s code, and says which node is wrong', async () => {
    const error = await refusal(client.jobs.submit({ '1': { class_type: 'Nothing', inputs: {} } }))
    expect(error).toBeInstanceOf(RequestError)
    expect(error).toMatchObject({ code: 'invalid_workflow', status: 422 })
    expect(error).toMatchObject({ details: { node_errors: { '1': { class_type: 'Nothing' } } } })
    expect(await refusal(client.jobs.get('nowhere'))).toMatchObject({ code: 'not_found' })
    const ui = { nodes: [], links: [] } as unknown as Workflow
    expect(await refusal(client.jobs.submit(ui))).toMatchObject({ code: 'workflow_format_ui' })
  })

  it('tells a server that is not there from one that is not Safelight', async () => {
    const nowhere = createClient({ baseUrl: `http://127.0.0.1:${await findFreePort()}` })
    expect(await refusal(nowhere.jobs.get('x'))).toMatchObject({
      code: 'unreachable',
      status: null,
    })
    const server = createServer((_request, response) => response.end('<h1>Welcome</h1>'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const address = server.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const other = createClient({ baseUrl: `http://127.0.0.1:${port}` })
    expect(await refusal(other.jobs.get('x'))).toMatchObject({ code: 'bad_answer', status: 200 })
  })

  it('stops asking when it is told to', async () => {
    const signal = AbortSignal.abort(new Error('enough'))
    expect(await refusal(client.jobs.get('x', { signal }))).toMatchObject({ message: 'enough' })
    const run = client.jobs.run(textToImage(40), { signal })
    expect(await refusal(run)).toMatchObject({ message: 'enough' })
  })
})

describe('run', () => {
  it('resolves with the outputs, having told every step of the way', async () => {
    const values: number[] = []
    const steps = new Set<string>()
    const result = await client.jobs.run(textToImage(50), {
      onProgress({ snapshot: { progress } }) {
        values.push(progress?.value ?? 0)
        if (progress) steps.add(`${progress.step}/${progress.steps}`)
      },
    })
    expect(result.outputs.map(({ type }) => type)).toEqual(['image'])
    expect(values).toEqual(values.toSorted((a, b) => a - b))
    expect(values.at(-1)).toBe(1)
    expect(steps).toContain('0/20')
    expect(steps).not.toContain('0/0')
  })

  it('throws why the job failed, and that it was canceled', async () => {
    expect(await refusal(client.jobs.run(raising('value_error')))).toMatchObject({
      name: 'JobFailed',
      code: 'node_execution_error',
      snapshot: { status: 'failed', nodes: { '2': 'failed' } },
    })
    const run = client.jobs.run(slow({ steps: 200 }), {
      onAccepted: ({ id }) => void client.jobs.cancel(id),
    })
    expect(await refusal(run)).toMatchObject({ name: 'JobCanceled', code: 'canceled' })
  })

  it('stops waiting when it is aborted, and leaves the job alone', async () => {
    const stop = new AbortController()
    let jobId = ''
    const run = client.jobs.run(slow({ steps: 40, seconds: 0.5 }), {
      signal: stop.signal,
      onAccepted: ({ id }) => (jobId = id),
      onProgress({ snapshot }) {
        if (snapshot.phase === 'executing') stop.abort(new Error('gone to lunch'))
      },
    })
    expect(await refusal(run)).toMatchObject({ message: 'gone to lunch' })
    expect((await endOf(url, jobId)).status).toBe('succeeded')
  })
})
