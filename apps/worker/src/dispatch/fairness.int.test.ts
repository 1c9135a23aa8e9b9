/** Whose turn it is, told by what a real host executes: counts, which no busy machine can change. */
import { promptIdOf } from '@safelight/store'
import type { Simulator } from '@safelight/simulator'
import { expect, it } from 'vitest'
import { slow } from '../testing/graphs.ts'
import { eachWithHost, until, type WorkerStack } from '../testing/stack.ts'

let stack: WorkerStack
let host: Simulator
eachWithHost((opened) => ({ stack, host } = opened))

let color = 0
/** Some 50 ms. */
const picture = () => slow({ color: (color += 1), steps: 2, seconds: 0.5 })
const submitMany = (count: number, place: { owner: string; priority?: number }) =>
  Promise.all(Array.from({ length: count }, () => stack.submit(picture(), {}, place)))

/** Jobs in the order of their executions. */
function executed(jobIds: readonly string[]): { jobId: string; startedAt: number }[] {
  const jobOf = new Map(jobIds.map((jobId) => [promptIdOf(jobId, 1), jobId]))
  return host.executions().flatMap(({ promptId, startedAt }) => {
    const jobId = jobOf.get(promptId)
    return jobId === undefined ? [] : [{ jobId, startedAt }]
  })
}
const ended = (jobIds: readonly string[]) => Promise.all(jobIds.map((jobId) => stack.end(jobId)))

it('lets ten jobs beside a flood wait for twenty executions at most, which is twice as many as alone', async () => {
  const flood = await submitMany(36, { owner: 'flood' })
  await stack.startWorker([host.url])
  await until(() => host.executions().length >= 4, 'the flood is under way')
  const few = await submitMany(10, { owner: 'few' })
  const executedBefore = host.executions().length
  await ended(few)
  const order = executed([...flood, ...few])
  const last = order.findLastIndex(({ jobId }) => few.includes(jobId))
  // the one that was running when they came is not of those that begin now, and makes it one more
  const waited = order.slice(executedBefore, last + 1)
  expect(waited.length + 1).toBeLessThanOrEqual(20)
  expect(waited.filter(({ jobId }) => few.includes(jobId)).length).toBeGreaterThanOrEqual(9)
  expect(await stack.backlog.depth()).toBeGreaterThan(5)
})

/** A job of low priority that comes after urgent ones, and the order in which all of them are executed. */
async function behindUrgent(env: Record<string, string>) {
  const urgent = await submitMany(18, { owner: 'urgent', priority: 10 })
  const low = await stack.submit(picture(), {}, { owner: 'low' })
  await stack.startWorker([host.url], { env })
  const { createdAt } = await stack.end(low)
  await ended(urgent)
  const order = executed([...urgent, low])
  return { createdAt, order, at: order.findIndex(({ jobId }) => jobId === low), urgent }
}

it('goes by priority alone as long as there is no aging', async () => {
  const { at, urgent } = await behindUrgent({})
  expect(at).toBe(urgent.length)
})

it('serves whoever has waited too long, though all that are urgent have waited as long', async () => {
  const agingMs = 400
  const { at, order, createdAt, urgent } = await behindUrgent({ AGING: `${agingMs}ms` })
  const agedAt = Math.max(createdAt + agingMs, order[0]?.startedAt ?? 0)
  const late = order.slice(0, at).filter(({ startedAt }) => startedAt > agedAt)
  // only what had its slot by then goes first, and one that was being dispatched
  expect(late.length).toBeLessThanOrEqual(3)
  expect(at).toBeLessThan(urgent.length)
})
