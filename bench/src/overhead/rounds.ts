/** Rounds of the same jobs on the same hosts, by us and by others, in turns: a moment's noise meets all alike. */
import type { Workflow } from '@safelight/shared'
import { createHttp } from '../http.ts'
import type { Execution } from '../host-log.ts'
import { between, type Spent } from '../meter.ts'
import type { Stack } from '../stack.ts'
import type { Way } from '../ways/way.ts'

/** What follows the end of an execution is over. */
const SETTLE_MS = 1_000

export interface Round {
  /** By host. */
  executions: Execution[][]
}

/** All jobs wait when the hosts are let go, so that asking for them takes nothing from what is measured. */
export async function byUs(
  stack: Stack,
  jobs: readonly Workflow[],
): Promise<Round & { spent: Spent }> {
  const { client, log, cluster } = stack
  const before = await stack.read()
  const { done, total } = await mark(stack)
  await setHeld(stack, true)
  const views = await client.submitAll(jobs.map((workflow) => ({ workflow })))
  await setHeld(stack, false)
  await log.untilEnded(total + jobs.length)
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
  const spent = between(before, await stack.read())
  await client.ended(views)
  const executions = await log.ended(done)
  if (executions.length !== cluster.simulators.length) throw new Error('a host is missing')
  return { executions, spent }
}

/** The same hosts, each with its share; our worker stands still meanwhile. */
export async function byWay(stack: Stack, way: Way, jobs: readonly Workflow[]): Promise<Round> {
  const { simulators, workers } = stack.cluster
  const { done, total } = await mark(stack)
  const http = createHttp()
  for (const worker of workers) await worker.kill('SIGSTOP')
  try {
    await Promise.all(
      simulators.map(({ url }, at) => {
        const share = jobs.filter((_, n) => n % simulators.length === at)
        return way({ url, http, jobs: share })
      }),
    )
    await stack.log.untilEnded(total + jobs.length)
  } finally {
    http.close()
    for (const worker of workers) await worker.kill('SIGCONT')
  }
  await stack.client.untilReady(simulators.length)
  return { executions: await stack.log.ended(done) }
}

async function mark({ log }: Stack): Promise<{ done: number[]; total: number }> {
  const done = await log.counts()
  return { done, total: done.reduce((sum, n) => sum + n, 0) }
}

async function setHeld({ cluster }: Stack, held: boolean): Promise<void> {
  const answers = await Promise.all(
    cluster.simulators.map(({ url }) =>
      fetch(`${url}/_simulator/faults`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ held }),
      }),
    ),
  )
  if (answers.some(({ ok }) => !ok)) throw new Error('a host cannot be held')
}
