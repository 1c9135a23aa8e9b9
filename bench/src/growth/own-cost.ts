/** What the simulator costs itself, the more it has run: or the bench would measure that. */
import { createScope } from '@safelight/runtime'
import { createHttp } from '../http.ts'
import { cpuOfAll } from '../meter.ts'
import { type BenchContext, byScale, type Figure } from '../section.ts'
import { openStack } from '../stack.ts'
import { direct } from '../ways/direct.ts'
import { trivial } from '../workflows.ts'

export async function ofTheSimulator({ redisBinary, scale, say }: BenchContext): Promise<Figure[]> {
  const few = byScale(scale, { smoke: 20, usual: 100, long: 100 })
  const steps = byScale(scale, { smoke: [40], usual: [5_000], long: [5_000, 20_000] })
  const scope = createScope('simulator')
  const http = createHttp()
  scope.defer(() => http.close())
  try {
    const { cluster } = scope.use(await openStack({ redisBinary, speed: 1_000, workers: 0 }))
    const [host] = cluster.simulators
    const run = async (count: number): Promise<number> => {
      const before = await cpuOfAll(cluster.simulators)
      const jobs = Array.from({ length: count }, trivial)
      await direct({ url: host?.url ?? '', http, jobs })
      return ((await cpuOfAll(cluster.simulators)) - before) / count
    }
    let ran = few
    const first = await run(few)
    const figures: Figure[] = []
    for (const step of steps) {
      await run(step - ran)
      ran = step + few
      figures.push({
        what: `CPU of the simulator per job, after ${step} jobs`,
        value: await run(few),
        unit: 'ms',
        against: { what: `of the first ${few}`, value: first },
      })
      say(`the simulator has run ${step} jobs`)
    }
    return figures
  } finally {
    await scope.close()
  }
}
