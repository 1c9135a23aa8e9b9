import type { Simulator } from '@safelight/simulator'
import type { Gate } from '@safelight/testkit'
import { expect, it } from 'vitest'
import { eachWithGate } from './testing/each-with-gate.ts'
import { slow } from './testing/graphs.ts'
import { type WorkerStack, until } from './testing/stack.ts'

let stack: WorkerStack
let host: Simulator
let gate: Gate
eachWithGate((opened) => ({ stack, host, gate } = opened), { dialect: '0.33.0', speed: 1 })

it('ends a job once whose claim was stolen in the middle of it', async () => {
  await stack.startWorker([gate.url])
  const jobId = await stack.submit(slow({ color: 1, steps: 20, seconds: 0.1 }))
  await stack.when(jobId, ({ progress }) => (progress?.value ?? 0) > 0)
  const thief = await stack.store.claim(jobId)
  expect(await stack.end(jobId)).toMatchObject({ status: 'succeeded', attempt: 1 })
  // the thief did nothing with it: the ticket went round, and the next claim was a new one
  expect((await stack.store.claim(jobId))?.token).toBeGreaterThan((thief?.token ?? 0) + 1)
  const { events } = await stack.events(jobId)
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, at) => at + 1))
  expect(host.executions().map(({ outcome }) => outcome)).toEqual(['success'])
})

it('keeps a worker that was frozen for longer than its lock from saying or doing anything', async () => {
  const frozen = await stack.startProcess([gate.url])
  const jobId = await stack.submit(slow({ color: 1, steps: 100, seconds: 0.4 }))
  await stack.when(jobId, ({ progress }) => (progress?.value ?? 0) > 0)
  frozen.kill('SIGSTOP')
  const before = (await stack.store.load(jobId))?.seq ?? 0
  const successor = await stack.startWorker([gate.url])
  await stack.when(jobId, ({ seq }) => seq > before + 2)
  await stack.cancel(jobId)
  const end = await stack.end(jobId)
  expect(end).toMatchObject({ status: 'canceled', attempt: 1 })
  await successor.close()

  const known = gate.requests.length
  frozen.kill('SIGCONT')
  // of use again, and done with the old job
  const next = await stack.submit(slow({ color: 2 }))
  expect(await stack.end(next)).toMatchObject({ status: 'succeeded' })
  frozen.kill('SIGTERM')
  expect(await frozen.gone).toBe(0)
  expect((await stack.store.load(jobId))?.seq).toBe(end.seq)
  const changes = gate.requests.slice(known).filter((request) => request.startsWith('POST'))
  expect(changes).toEqual(['POST /prompt', 'POST /history'])
  expect(host.executions().map(({ outcome }) => outcome)).toEqual(['interrupted', 'success'])
})

it('keeps a worker that was frozen between its note of an attempt and the POST from posting what another has posted', async () => {
  const frozen = await stack.startProcess([gate.url])
  gate.hold('GET /ws')
  const jobId = await stack.submit(slow({ color: 1, steps: 1, seconds: 0.1 }))
  // it has noted the attempt, and posts as soon as the host has its socket
  await until(() => (gate.held() > 0 ? true : null))
  await stack.when(jobId, ({ status }) => status === 'running')
  frozen.kill('SIGSTOP')
  gate.release()
  const successor = await stack.startWorker([gate.url])
  expect(await stack.end(jobId)).toMatchObject({ status: 'succeeded', attempt: 1 })
  await successor.close()

  frozen.kill('SIGCONT')
  const next = await stack.submit(slow({ color: 2 }))
  expect(await stack.end(next)).toMatchObject({ status: 'succeeded' })
  // done with the old job, too
  frozen.kill('SIGTERM')
  expect(await frozen.gone).toBe(0)
  expect(gate.requests.filter((request) => request === 'POST /prompt')).toHaveLength(2)
  expect(host.executions().map(({ outcome }) => outcome)).toEqual(['success', 'success'])
})
