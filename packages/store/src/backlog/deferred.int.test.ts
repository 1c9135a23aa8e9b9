import { until } from '@safelight/testkit'
import { silent } from '@safelight/testkit/vitest'
import { expect, it, onTestFinished } from 'vitest'
import { createQueues } from '../queues/open-queues.ts'
import { createTickets } from '../queues/tickets.ts'
import { openBacklog } from '../testing/open-backlog.ts'
import { ANY_POOL } from './pools.ts'
import { watchDeferred } from './deferred.ts'

async function open() {
  const test = await openBacklog()
  const queues = createQueues(test)
  onTestFinished(() => queues.close())
  const tickets = createTickets(queues)
  const watch = () => {
    const watching = watchDeferred({ ...test, tickets, retryMs: 100, log: silent })
    onTestFinished(() => watching.close())
    return watching
  }
  const isBack = (count: number) => async () =>
    (await test.order()).length === count && (await tickets.count(ANY_POOL)) === count
  return { ...test, watch, isBack }
}

it('a job is back and announced when its time has come, and the next one after it', async () => {
  const { backlog, accept, order, watch, isBack } = await open()
  const [first, second, late] = [await accept(), await accept(), await accept()]
  const deferred = watch()
  const defer = async (jobId: string, delayMs: number) => {
    await backlog.putBack(jobId, { token: null, delayMs })
    deferred.note(delayMs)
  }
  // a later one first: the timer moves to the one that is due before it
  await defer(late, 60_000)
  await defer(second, 400)
  await defer(first, 50)
  expect(await order()).toEqual([])
  await until(isBack(1), { what: 'the first is back' })
  expect(await order()).toEqual([first])
  await until(isBack(2), { what: 'the second is back' })
  expect(await backlog.bringBack()).toMatchObject({ jobs: [] })
})

it('a worker that starts brings back what another one deferred', async () => {
  const { backlog, accept, watch, isBack } = await open()
  await backlog.putBack(await accept(), { token: null, delayMs: 1 })
  await backlog.putBack(await accept(), { token: null, delayMs: 300 })
  watch()
  await until(isBack(2), { what: 'both are back' })
  expect(await backlog.depth()).toBe(2)
})
