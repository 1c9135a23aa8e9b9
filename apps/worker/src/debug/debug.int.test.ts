/** What a worker tells of what it holds, while a job is on its host and after its end. */
import { expect, it, onTestFinished } from 'vitest'
import type { WorkerApp } from '../app.ts'
import { slow } from '../testing/graphs.ts'
import { startWorkerStack, until } from '../testing/stack.ts'

async function read(worker: WorkerApp, path: string, id = ''): Promise<object> {
  const route = worker.debug.find((one) => one.path === path)
  const answer = await route?.read({ params: { id } })
  // as it is sent
  return JSON.parse(JSON.stringify(answer?.body ?? null)) as object
}

it('tells its tickets with their fencing tokens, its slots and hosts, and a job with its ticket; no credential, nothing sent', async () => {
  const stack = await startWorkerStack()
  onTestFinished(() => stack.close())
  const host = await stack.startHost()
  host.faults.set({ held: true })
  const { host: hostId } = new URL(host.url)
  const worker = await stack.startWorker([`http://user:hidden-word@${hostId}`])
  const jobId = await stack.submit(slow({ color: 77_123 }))
  await stack.when(jobId, ({ phase }) => phase === 'executing')
  const state = await read(worker, '/debug/state')
  const token = expect.any(Number)
  expect(state).toMatchObject({
    tickets: { count: 1, first: [{ jobId, hostId, stage: 'execute', token, forMs: token }] },
    host_queues: { first: [{ inHand: 1, coming: 0 }] },
    hosts: { first: [{ hostId, leaving: false }] },
    redis: { worker: 'ready', subscriber: 'ready' },
    pools: { first: [{ pool: '*' }] },
  })
  await until(async () =>
    JSON.stringify(await read(worker, '/debug/state')).includes('"taken":{"count":1'),
  )
  const job = await read(worker, '/debug/jobs/{id}', jobId)
  expect(job).toMatchObject({
    record: { status: 'running', phase: 'executing', attempt: 1, hostId },
    sizes: { snapshot: token, workflow: token, extraData: 0 },
    place: { where: { place: 'execute', hostId }, held: expect.stringMatching(/^\d+$/) },
    ticket: { state: 'active', lockLeftMs: token },
    attempt: { attempt: 1, hostId, failures: [] },
    events: { last: expect.arrayContaining([expect.objectContaining({ phase: 'executing' })]) },
    in_this_worker: [{ jobId, stage: 'execute' }],
  })
  for (const told of [state, job]) {
    const text = JSON.stringify(told)
    expect(text).not.toContain('hidden-word')
    expect(text).not.toContain('77123')
    expect(text).not.toContain('filename_prefix')
  }
  host.faults.set({ held: false })
  await stack.end(jobId)
  await until(async () =>
    JSON.stringify(await read(worker, '/debug/state')).includes('"tickets":{"count":0'),
  )
  expect(await read(worker, '/debug/jobs/{id}', jobId)).toMatchObject({
    record: { status: 'succeeded', outputs: 1 },
    ticket: null,
    in_this_worker: [],
  })
  await expect(read(worker, '/debug/jobs/{id}', 'nobody')).rejects.toMatchObject({
    code: 'not_found',
  })
})
