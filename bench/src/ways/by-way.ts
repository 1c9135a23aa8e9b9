/** A way over the hosts of a stack, each with its share of the jobs; our worker stands still meanwhile. */
import type { Workflow } from '@safelight/shared'
import { sum } from '../figures.ts'
import type { Execution } from '../host-log.ts'
import { createHttp } from '../http.ts'
import type { Stack } from '../stack.ts'
import type { Way } from './way.ts'

/** @returns by host, in order */
export async function byWay(
  stack: Stack,
  way: Way,
  jobs: readonly Workflow[],
): Promise<Execution[][]> {
  const { simulators, workers } = stack.cluster
  const done = await stack.log.counts()
  const http = createHttp()
  for (const worker of workers) await worker.kill('SIGSTOP')
  try {
    await Promise.all(
      simulators.map(({ url }, at) => {
        const share = jobs.filter((_, n) => n % simulators.length === at)
        return way({ url, http, jobs: share })
      }),
    )
    await stack.log.untilEnded(sum(done) + jobs.length)
  } finally {
    http.close()
    for (const worker of workers) await worker.kill('SIGCONT')
  }
  await stack.client.untilReady(simulators.length)
  return await stack.log.ended(done)
}
