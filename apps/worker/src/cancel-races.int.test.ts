import { type Simulator, startSimulator } from '@safelight/simulator'
import { openGate } from '@safelight/testkit'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { promptIdOf } from '@safelight/store'
import { slow } from './testing/graphs.ts'
import { type WorkerStack, startWorkerStack, until } from './testing/stack.ts'

let stack: WorkerStack
let host: Simulator
beforeEach(async () => {
  stack = await startWorkerStack({ reconcileMs: 500 })
})
afterEach(() => stack.close())

const RACES = 60

it.each(['0.33.0', '0.3.34'] as const)(
  'has exactly one winner whenever a cancel comes, from the first moment to the last (host %s)',
  async (dialect) => {
    host = await stack.startHost({ dialect })
    await Promise.all([
      stack.startWorker([host.url], { timings: { session: { pollMs: 100 } } }),
      stack.startWorker([host.url], { timings: { session: { pollMs: 100 } } }),
    ])
    const race = async (n: number): Promise<string> => {
      const jobId = await stack.submit(slow({ color: n, steps: 4, seconds: 0.1 }))
      // spread over the life of a job: by its events, so that every phase gets its share
      const seq = n % 12
      await stack.when(jobId, (snapshot) => snapshot.seq >= seq || snapshot.completedAt !== null)
      await stack.cancel(jobId, { silent: n % 5 === 0 })
      await stack.end(jobId)
      return jobId
    }
    const jobIds: string[] = []
    // a few at a time: some run, some are staged, some wait in line
    const starts = Array.from({ length: RACES }, (_, n) => n)
    const lane = async () => {
      for (let n = starts.shift(); n !== undefined; n = starts.shift()) jobIds.push(await race(n))
    }
    await Promise.all([lane(), lane(), lane(), lane(), lane(), lane()])

    const ends = await Promise.all(
      jobIds.map(async (jobId) => {
        const snapshot = await stack.store.load(jobId)
        const { events } = await stack.events(jobId)
        const last = events.filter((event) => event.type === 'status').at(-1)
        expect(events.map(({ seq }) => seq)).toEqual(events.map((_, at) => at + 1))
        const terminal = events.filter(
          (event) => event.type === 'status' && ['succeeded', 'canceled'].includes(event.status),
        )
        expect(terminal).toHaveLength(1)
        expect(last?.status).toBe(snapshot?.status)
        return `${snapshot?.status} ${snapshot?.outputs.length}`
      }),
    )
    // a cancel may come when the picture is home already; a success without one is none
    expect(ends).toContain('canceled 0')
    expect(ends).toContain('succeeded 1')
    expect(ends).not.toContain('succeeded 0')
    const known = new Set(jobIds.map((jobId) => promptIdOf(jobId, 1)))
    const ran = host.executions().map(({ clientId }) => clientId ?? '')
    expect(new Set(ran).size).toBe(ran.length)
    for (const clientId of ran) expect(known).toContain(clientId)
    // nothing is left behind
    const answer = await fetch(`${host.url}/queue`)
    expect(await answer.json()).toEqual({ queue_running: [], queue_pending: [] })
  },
)

it('cancels a job while its outputs are being collected', async () => {
  host = await stack.startHost()
  const gate = await openGate(host.url)
  try {
    gate.hold('GET /view')
    await stack.startWorker([gate.url])
    const jobId = await stack.submit(slow({ color: 1 }))
    await until(() => (gate.held() > 0 ? true : null))
    await stack.cancel(jobId)
    expect(await stack.end(jobId)).toMatchObject({ status: 'canceled', outputs: [] })
    expect(gate.requests).not.toContain('POST /interrupt')
  } finally {
    await gate.close()
  }
})

it('asks again when the host has lost an interrupt', async () => {
  host = await stack.startHost({ faults: { lostInterrupts: 2 } })
  await stack.startWorker([host.url])
  const jobId = await stack.submit(slow({ color: 1, steps: 500, seconds: 1 }))
  await stack.when(jobId, ({ phase }) => phase === 'executing')
  await stack.cancel(jobId)
  expect(await stack.end(jobId)).toMatchObject({ status: 'canceled' })
  expect(host.executions().map(({ outcome }) => outcome)).toEqual(['interrupted'])
})

it('leaves the cancel of a job whose worker left to one that can reach the host', async () => {
  host = await stack.startHost()
  const stranger = await startSimulator()
  try {
    const worker = await stack.startWorker([host.url], { env: { DRAIN_TIMEOUT: '1ms' } })
    const jobId = await stack.submit(slow({ color: 1, steps: 500, seconds: 1 }))
    await stack.when(jobId, ({ phase }) => phase === 'executing')
    await worker.close()
    await stack.cancel(jobId)
    await stack.startWorker([stranger.url], { env: { ADOPT_WAIT: '3s' } })
    await until(async () => ((await stack.lastAttempt(jobId))?.unreachableSince ? true : null))
    expect(await stack.store.load(jobId)).toMatchObject({ status: 'canceling' })
    expect(host.executions().map(({ outcome }) => outcome)).toEqual(['running'])
    await stack.startWorker([host.url])
    expect(await stack.end(jobId)).toMatchObject({ status: 'canceled' })
    expect(host.executions().map(({ outcome }) => outcome)).toEqual(['interrupted'])
  } finally {
    await stranger.close()
  }
})
