/** What is told of the time to the end while a job waits behind another on its host. */
import type { Simulator } from '@safelight/simulator'
import { expect, it } from 'vitest'
import { slow } from '../testing/graphs.ts'
import { eachWithHost, until, type WorkerStack } from '../testing/stack.ts'

let stack: WorkerStack
let host: Simulator
eachWithHost((opened) => ({ stack, host } = opened))

let color = 0
/** Some 500 ms. */
const submit = () => stack.submit(slow({ color: (color += 1), steps: 10, seconds: 1 }))
const firstEta = async (jobId: string) =>
  (await stack.events(jobId)).events.find((event) => event.type === 'progress')?.progress.eta_ms

it('counts what is left of the job before it', async () => {
  const learning = await stack.startWorker([host.url])
  await stack.end(await submit())
  // what was learned is on record then, and read by the next one
  await learning.close()
  await stack.startWorker([host.url])
  const first = await submit()
  await until(() => host.executions().length === 2, 'the first one runs')
  const second = await submit()
  await stack.end(second)
  const [own, behind] = [await firstEta(first), await firstEta(second)]
  expect(own).toBeGreaterThan(0)
  expect(behind).toBeGreaterThan(own ?? 0)
})
