/** What a job costs, the more are kept that have ended. */
import { createScope } from '@safelight/runtime'
import type { Spent } from '../meter.ts'
import { type BenchContext, byScale, type Figure, type Scale } from '../section.ts'
import { spend } from '../spend.ts'
import { openStack, type Stack } from '../stack.ts'
import { trivial } from '../workflows.ts'

interface Look {
  kept: number
  spent: Spent
  /** Of the newest jobs, ms. */
  pageMs: number
}

export async function withMoreKept({ redisBinary, scale, say }: BenchContext): Promise<Figure[]> {
  const steps = byScale(scale, {
    smoke: [0, 24],
    usual: [0, 1_000, 10_000],
    long: [0, 1_000, 10_000, 100_000],
  })
  const count = byScale(scale, { smoke: 4, usual: 100, long: 200 })
  const scope = createScope('kept')
  try {
    const stack = scope.use(await openStack({ redisBinary, speed: 1_000 }))
    await look(stack, count, scale)
    const looks: Look[] = []
    let kept = 2 * count
    for (const step of steps) {
      await keep(stack, step - kept)
      looks.push({ kept: step, ...(await look(stack, count, scale)) })
      kept = Math.max(kept, step) + count
      say(`${step} jobs kept`)
    }
    const [first, ...more] = looks
    if (!first) return []
    return more.flatMap(({ kept: n, spent, pageMs }) => [
      ...(['worker', 'API', 'Redis'] as const).map((part) => ({
        what: `CPU per trivial job, ${part}, ${n} kept`,
        value: spent.cpuMs[part] / count,
        unit: 'ms',
        against: { what: 'none kept', value: first.spent.cpuMs[part] / count },
      })),
      {
        what: `Redis commands per trivial job, ${n} kept`,
        value: spent.commands / count,
        unit: '',
        against: { what: 'none kept', value: first.spent.commands / count },
        aim: { of: 'ratio', atMost: 1.1 },
      },
      {
        what: `a page of the newest, ${n} kept`,
        value: pageMs,
        unit: 'ms',
        against: { what: 'none kept', value: first.pageMs },
      },
    ])
  } finally {
    await scope.close()
  }
}

async function look(
  stack: Stack,
  count: number,
  scale: Scale,
): Promise<Pick<Look, 'spent' | 'pageMs'>> {
  const { spent } = await spend(stack, Array.from({ length: count }, trivial), { scale })
  const pages = 10
  const startedAt = performance.now()
  for (let n = 0; n < pages; n += 1)
    await (await fetch(`${stack.cluster.apis[0]?.url ?? ''}/api/v2/jobs?limit=50`)).arrayBuffer()
  return { spent, pageMs: (performance.now() - startedAt) / pages }
}

const BATCH = 200

/** Jobs that are canceled while they wait, for their host is drained: ended, kept, and quickly made. */
async function keep({ client }: Stack, count: number): Promise<void> {
  if (count <= 0) return
  await client.drainAll()
  for (let left = count; left > 0; left -= BATCH) {
    const jobs = Array.from({ length: Math.min(BATCH, left) }, trivial)
    const views = await client.submitAll(jobs.map((workflow) => ({ workflow })))
    await Promise.all(views.map(({ id }) => client.cancel(id)))
  }
  await client.resumeAll()
  // its worker has noticed
  await client.ended([await client.submit({ workflow: trivial() })])
}
