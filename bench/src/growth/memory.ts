/** What Redis holds of a job that waits, and of one that has ended. */
import { createScope } from '@safelight/runtime'
import { type BenchContext, byScale, type Figure } from '../section.ts'
import { untilQuiet } from '../spend.ts'
import { openStack, type Stack } from '../stack.ts'
import { trivial } from '../workflows.ts'

const KB = 1_024

export async function bytesPerJob({ redisBinary, scale, say }: BenchContext): Promise<Figure[]> {
  const waiting = byScale(scale, { smoke: 20, usual: 2_000, long: 20_000 })
  const ended = byScale(scale, { smoke: 10, usual: 300, long: 3_000 })
  const scope = createScope('memory')
  try {
    const stack = scope.use(await openStack({ redisBinary, speed: 1_000, workers: 0 }))
    const { client, cluster } = stack
    // the first of each kind brings what they share
    await client.submitAll(jobs(5))
    const perWaiting = await heldBy(stack, waiting, async () => {
      await client.submitAll(jobs(waiting))
    })
    const graph = JSON.stringify(trivial()).length
    say(`${waiting} waiting, each with a graph of ${graph} bytes`)

    for (const job of await client.list()) await client.cancel(job.id)
    await cluster.addWorker().start()
    await client.untilReady(1)
    await client.ended(await client.submitAll(jobs(5)))
    await untilQuiet(scale)
    const perEnded = await heldBy(stack, ended, async () => {
      await client.ended(await client.submitAll(jobs(ended)))
      await untilQuiet(scale)
    })
    say(`${ended} ended`)
    return [
      {
        what: 'Redis per waiting job, beyond its graph',
        value: (perWaiting - graph) / KB,
        unit: 'KB',
        aim: { of: 'value', atMost: 3 },
      },
      { what: 'Redis per ended job, graph and all', value: perEnded / KB, unit: 'KB' },
    ]
  } finally {
    await scope.close()
  }
}

const jobs = (count: number) => Array.from({ length: count }, () => ({ workflow: trivial() }))

/** Bytes for each of so many that are made meanwhile. */
async function heldBy({ redis }: Stack, count: number, make: () => Promise<void>): Promise<number> {
  const used = async () => Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))?.[1] ?? 0)
  const before = await used()
  await make()
  return ((await used()) - before) / count
}
