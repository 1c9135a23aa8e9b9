/** Some jobs through all of Safelight, and what they took of it. */
import type { Workflow } from '@safelight/shared'
import type { Execution } from './host-log.ts'
import { sum } from './figures.ts'
import { between, type Spent } from './meter.ts'
import { byScale, type Scale } from './section.ts'
import type { Stack } from './stack.ts'

export interface Round {
  /** By host, in order. */
  executions: Execution[][]
  /** By all, from the first request until everything is quiet. */
  spent: Spent
}

export interface SpendOptions {
  scale: Scale
  /** Nothing ends before all wait, so that asking for them takes nothing from what the hosts are seen to do. */
  held?: boolean
}

/** @throws when one has not succeeded */
export async function spend(
  stack: Stack,
  jobs: readonly Workflow[],
  { scale, held = false }: SpendOptions,
): Promise<Round> {
  const { client, log } = stack
  const before = await stack.read()
  const done = await log.counts()
  if (held) await hold(stack, true)
  const views = await client.submitAll(jobs.map((workflow) => ({ workflow })))
  if (held) await hold(stack, false)
  await log.untilEnded(sum(done) + jobs.length)
  await untilQuiet(scale)
  const spent = between(before, await stack.read())
  await client.ended(views)
  return { executions: await log.ended(done), spent }
}

/** What follows the end of an execution is over. */
export async function untilQuiet(scale: Scale): Promise<void> {
  const ms = byScale(scale, { smoke: 100, usual: 1_500, long: 1_500 })
  await new Promise((resolve) => setTimeout(resolve, ms))
}

async function hold({ cluster }: Stack, held: boolean): Promise<void> {
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
