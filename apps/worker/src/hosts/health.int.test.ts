import { Writable } from 'node:stream'
import { createLogger } from '@safelight/runtime'
import type { Simulator } from '@safelight/simulator'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { z } from 'zod'
import { slow } from '../testing/graphs.ts'
import { whenHost, whenState } from '../testing/host-view.ts'
import { type WorkerStack, startWorkerStack } from '../testing/stack.ts'
import { hostIdOf } from './host-id.ts'

/** What takes minutes in real life. */
const IMPATIENT = { session: { pollMs: 50, socketGraceMs: 200, stopMs: 300 } }

let stack: WorkerStack
let host: Simulator
let other: Simulator
beforeEach(async () => {
  stack = await startWorkerStack()
  host = await stack.startHost()
  other = await stack.startHost()
})
afterEach(() => stack.close())

const idOf = ({ url }: Simulator) => hostIdOf(new URL(url))

/** A logger whose lines about hosts can be read. */
function openLog() {
  const lines: string[] = []
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString())
      done()
    },
  })
  const line = z.object({ msg: z.string(), from: z.string(), reason: z.string() })
  return {
    log: createLogger({ level: 'info', name: 'worker', destination }),
    moves: () =>
      lines
        .flatMap((text) => line.safeParse(JSON.parse(text)).data ?? [])
        .map(({ from, msg, reason }) => `${from}, ${msg}: ${reason}`),
  }
}

it('is offline while its host is away, and ready again when it is back on the same port', async () => {
  const { log, moves } = openLog()
  await stack.startWorker([host.url], { log })
  const ready = await whenState(stack, host.url, 'ready')
  expect(ready).toMatchObject({
    id: idOf(host),
    version: '0.33.0',
    slots: 2,
    queue_depth: 0,
    devices: [{ name: expect.any(String), vram_total: expect.any(Number) }],
  })
  expect(ready.last_seen_at).not.toBeNull()
  await host.close()
  const offline = await whenState(stack, host.url, 'offline')
  expect(offline).toMatchObject({ reason: { code: 'unreachable' }, version: '0.33.0' })
  host = await stack.startHost({ speed: 1, port: Number(new URL(host.url).port) })
  await whenState(stack, host.url, 'ready')
  expect(moves()).toEqual([
    'starting, host is ready: idle',
    'ready, host is offline: unreachable',
    'offline, host is ready: idle',
  ])
})

it('is degraded while no message of its prompts arrives, which end all the same, and ready once one does', async () => {
  await stack.startWorker([host.url], { timings: IMPATIENT })
  host.faults.set({ deaf: true, held: true })
  const deaf = await stack.submit(slow({ color: 1 }))
  expect(await whenState(stack, host.url, 'degraded')).toMatchObject({
    reason: { code: 'socket_deaf' },
  })
  host.faults.set({ held: false })
  expect(await stack.end(deaf)).toMatchObject({ status: 'succeeded', attempt: 1 })
  await whenState(stack, host.url, 'degraded')
  host.faults.clear()
  const loud = await stack.submit(slow({ color: 2, steps: 10, seconds: 1 }))
  expect(await stack.end(loud)).toMatchObject({ status: 'succeeded', attempt: 1 })
  const ready = await whenState(stack, host.url, 'ready')
  expect(ready.last_movement_at).not.toBeNull()
  expect(host.executions()).toHaveLength(2)
})

it('is quarantined for all workers when its executor is dead, loses no job, and is ready after a restart', async () => {
  const { log, moves } = openLog()
  host.faults.set({ executorDead: true })
  // the other worker is there before it is over
  const env = { STALL_TIMEOUT: '5s', WORKER_NAME: 'w-1' }
  await stack.startWorker([host.url], { env, timings: IMPATIENT, log })
  const jobIds = [
    await stack.submit(slow({ color: 1 })),
    await stack.submit(slow({ color: 2, steps: 10, seconds: 1 })),
  ]
  const held = await whenHost(stack, host.url, ({ running, staged }) => {
    return running.length + staged.length === 2
  })
  expect([...held.running, ...held.staged].sort()).toEqual([...jobIds].sort())
  await stack.startWorker([host.url, other.url], {
    env: { ...env, WORKER_NAME: 'w-2' },
    timings: IMPATIENT,
  })
  await whenState(stack, other.url, 'ready')

  // one stood still, the other waited behind it
  for (const jobId of jobIds) {
    expect(await stack.end(jobId)).toMatchObject({
      status: 'succeeded',
      attempt: 2,
      hostId: idOf(other),
    })
  }
  expect(other.executions()).toHaveLength(2)
  expect(host.executions()).toMatchObject([{ outcome: 'crashed' }])
  expect(await whenState(stack, host.url, 'quarantined')).toMatchObject({
    reason: { code: 'executor_stuck' },
    running: [],
    staged: [],
    queue_depth: 1,
  })
  await expect
    .poll(() => stack.reports(idOf(host)).then((all) => all.map(({ state }) => state)))
    .toEqual(['quarantined', 'quarantined'])

  host.restart()
  await whenState(stack, host.url, 'ready')
  expect(await stack.hosts.sharedFacts([idOf(host)])).toEqual([{ drain: null, stuck: null }])
  expect(moves().filter((move) => move.includes('quarantined'))).toHaveLength(2)
})

it('stays quarantined for a worker that starts later', async () => {
  host.faults.set({ executorDead: true })
  const env = { STALL_TIMEOUT: '2s', MAX_ATTEMPTS: '1' }
  const worker = await stack.startWorker([host.url], { env, timings: IMPATIENT })
  const failed = await stack.submit(slow({ color: 1 }))
  expect(await stack.end(failed)).toMatchObject({ status: 'failed', error: { code: 'stalled' } })
  await whenState(stack, host.url, 'quarantined')
  await worker.close()

  await stack.startWorker([host.url], { env, timings: IMPATIENT })
  await whenState(stack, host.url, 'quarantined')
  const waiting = await stack.submit(slow({ color: 2 }))
  expect(host.executions()).toHaveLength(1)
  host.faults.clear()
  host.restart()
  expect(await stack.end(waiting)).toMatchObject({ status: 'succeeded', attempt: 1 })
})
