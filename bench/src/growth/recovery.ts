/** How long a job stands still when its worker is killed: until the next worker tells of its progress. */
import { createScope } from '@safelight/runtime'
import { until } from '@safelight/testkit'
import { middle } from '../figures.ts'
import { type BenchContext, byScale, type Figure } from '../section.ts'
import { openStack } from '../stack.ts'
import { ticking } from '../workflows.ts'

const SPEED = 100
const JOB_MS = 40_000
const TICK_MS = 200

export async function afterAKill({ redisBinary, scale, say }: BenchContext): Promise<Figure[]> {
  const rounds = byScale(scale, { smoke: 1, usual: 3, long: 10 })
  const scope = createScope('recovery')
  try {
    const { client, cluster } = scope.use(await openStack({ redisBinary, speed: SPEED }))
    let [worker] = cluster.workers
    const took: number[] = []
    for (let n = 1; n <= rounds; n += 1) {
      const workflow = ticking(JOB_MS, { everyMs: TICK_MS, speed: SPEED })
      const { id } = await client.submit({ workflow })
      const valueOf = async () => (await client.view(id)).progress?.value ?? 0
      await until(async () => (await valueOf()) > 0.01, { what: 'it runs', everyMs: 20 })
      const heir = cluster.addWorker()
      await heir.start()
      await worker?.kill('SIGKILL')
      const killedAt = performance.now()
      const last = await valueOf()
      await until(async () => (await valueOf()) > last, { what: 'it goes on', everyMs: 10 })
      took.push((performance.now() - killedAt) / 1_000)
      say(`${n} of ${rounds} workers killed; after ${took.at(-1)?.toFixed(1)} s the job went on`)
      await client.cancel(id)
      await until(async () => (await client.view(id)).status === 'canceled', 'it is canceled')
      worker = heir
    }
    return [
      {
        what: 'a job stands still after kill -9 of its worker',
        value: middle(took),
        unit: 's',
        aim: { of: 'value', atMost: 15 },
      },
      { what: 'the longest of them', value: Math.max(...took), unit: 's' },
    ]
  } finally {
    await scope.close()
  }
}
