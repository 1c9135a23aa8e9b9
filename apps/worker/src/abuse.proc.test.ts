/** Whatever users, operators and other clients of Redis do meanwhile: each job ends, and is executed once at most. */
import type { Simulator } from '@safelight/simulator'
import { ANY_POOL, createQueues, hostQueueOf, intakeQueueOf, promptIdOf } from '@safelight/store'
import { openClient } from '@safelight/testkit/vitest'
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest'
import { slow } from './testing/graphs.ts'
import { startWorkerStack, until, type WorkerStack } from './testing/stack.ts'

const OWNERS = ['default', '__proto__', 'constructor', '..', '-', 'a'.repeat(64)]
const LIMIT = 1_000_000
const KILLED = { lockMs: 1_000, lostTicketsEveryMs: 200 }

let stack: WorkerStack
let hosts: Simulator[]
beforeEach(async () => {
  stack = await startWorkerStack({ reconcileMs: 250 })
  hosts = await Promise.all([stack.startHost(), stack.startHost()])
})
afterEach(() => stack.close())

it('priorities, tickets, messages and workers come and go all the while', async () => {
  const { keys } = stack
  const redis = await openClient('worker')
  const queues = createQueues({ redis, keys })
  onTestFinished(() => queues.close())
  const urls = hosts.map(({ url }) => url)
  const env = { AGING: '1500ms', MAX_RUNNING_PER_OWNER: '2' }
  const doomed = await stack.startProcess(urls, {
    ...env,
    SAFELIGHT_TIMINGS: JSON.stringify(KILLED),
  })
  await stack.startWorker(urls, { env, timings: KILLED })

  const jobIds: string[] = []
  for (let n = 0; n < 60; n += 1) {
    const place = { owner: OWNERS[n % OWNERS.length] ?? '', priority: n % 2 === 0 ? -LIMIT : LIMIT }
    jobIds.push(await stack.submit(slow({ color: n + 1, steps: 3, seconds: 1 }), {}, place))
  }
  const canceled = new Set(jobIds.filter((_, at) => at % 7 === 3))
  const queueNames = [
    intakeQueueOf(ANY_POOL),
    ...hosts.flatMap(({ url }) => {
      const hostId = new URL(url).host
      return [hostQueueOf(hostId, 'execute'), hostQueueOf(hostId, 'collect')]
    }),
  ]
  const isOpen = async () => (await redis.zcard(keys.open)) > 0
  let round = 0
  for (; await isOpen(); round += 1) {
    const jobId = jobIds[round % jobIds.length] ?? ''
    await stack.setPriority(jobId, round % 3 === 0 ? LIMIT : -LIMIT).catch(() => undefined)
    if (canceled.has(jobId)) await stack.cancel(jobId, { silent: round % 2 === 0 })
    const queue = await queues.get(queueNames[round % queueNames.length] ?? '')
    if (round % 5 === 0)
      for (const ticket of await queue.getWaiting()) await queue.remove(ticket.id ?? '')
    await redis.publish(
      keys.control,
      JSON.stringify({ type: 'look', classes: ['../prompt', '__proto__'] }),
    )
    await redis.publish(keys.control, Buffer.from([0xff, 0, round % 256]))
    if (round === 40) doomed.kill('SIGKILL')
  }
  expect(round).toBeGreaterThan(40)

  const executions = hosts.flatMap((host) => host.executions())
  for (const jobId of jobIds) {
    const { status } = await stack.end(jobId)
    expect(['succeeded', ...(canceled.has(jobId) ? ['canceled'] : [])]).toContain(status)
  }
  const prompts = executions.map(({ promptId }) => promptId)
  expect(new Set(prompts).size).toBe(prompts.length)
  const again = jobIds.filter((jobId) => prompts.includes(promptIdOf(jobId, 2)))
  expect(again).toEqual([])
  await until(async () => (await redis.zcard(keys.deferred)) === 0)
  expect(await redis.hget(`${keys.backlog(ANY_POOL)}:shares`, ':cost')).toBe('0')
  const left = await redis.keys(`${keys.prefix}*`)
  const places = left.filter((key) =>
    /:(dispatched|collecting|running):|:(of:.*|since|running)$/.test(key),
  )
  expect(places).toEqual([])
})
