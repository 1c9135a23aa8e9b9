/** Safelight beside what people do without it: the same jobs on the same host, asked for and waited for as each does it. */
import { createClient } from '@safelight/client'
import { createScope } from '@safelight/runtime'
import type { Workflow } from '@safelight/shared'
import { promptIdOf } from '@safelight/store'
import { mean, percentile } from '../figures.ts'
import { createHttp } from '../http.ts'
import type { Execution } from '../host-log.ts'
import { gapsOf } from '../overhead/spans.ts'
import { byScale, type Figure, type Section } from '../section.ts'
import { openStack, type Stack } from '../stack.ts'
import { naive, proxy } from '../ways/polling.ts'
import { simplest } from '../ways/simplest.ts'
import { type Done, now, type Way } from '../ways/way.ts'
import { ticking, trivial } from '../workflows.ts'

const SPEED = 1_000
const KINDS = [
  { name: 'trivial jobs', job: trivial },
  { name: 'jobs of 300 ms', job: () => ticking(300, { everyMs: 50, speed: SPEED }) },
]
const WAYS = [
  { name: 'a proxy that polls every 500 ms', way: proxy },
  { name: 'a script that polls every second', way: naive },
  { name: 'a script that listens, one at a time', way: simplest },
]

interface Found {
  /** Jobs, from the first request until the last is known to have ended. */
  perSecond: number
  /** ms from the end on the host until it is known to whoever asked for it. */
  knownAfter: number[]
  gaps: number[]
}

export const peers: Section = {
  name: 'peers',
  title: 'Safelight beside the ways of others',
  async run({ redisBinary, scale, say }) {
    const count = byScale(scale, { smoke: 2, usual: 20, long: 60 })
    const rounds = byScale(scale, { smoke: 1, usual: 3, long: 3 })
    const scope = createScope('peers')
    try {
      const stack = scope.use(await openStack({ redisBinary, speed: SPEED }))
      const figures: Figure[] = []
      for (const { name, job } of KINDS) {
        await measure(stack, ours(stack), [job(), job()])
        const us: Found[] = []
        const others: Found[][] = WAYS.map(() => [])
        for (let n = 1; n <= rounds; n += 1) {
          const jobs = () => Array.from({ length: count }, job)
          us.push(await measure(stack, ours(stack), jobs()))
          for (const [at, { way }] of WAYS.entries())
            others[at]?.push(await measure(stack, way, jobs()))
          say(`${name}: ${n} of ${rounds} rounds of ${count}`)
        }
        for (const [at, way] of WAYS.entries())
          figures.push(...compare(us, others[at] ?? [], { kind: name, way: way.name }))
      }
      return figures
    } finally {
      await scope.close()
    }
  },
}

function compare(
  us: readonly Found[],
  others: readonly Found[],
  { kind, way }: { kind: string; way: string },
): Figure[] {
  const figure = (what: string, unit: string, of: (found: readonly Found[]) => number): Figure => ({
    what: `${what}, ${kind}`,
    value: of(us),
    unit,
    against: { what: way, value: of(others) },
  })
  return [
    figure('done', '1/s', (found) => mean(found.map(({ perSecond }) => perSecond))),
    figure('end known after, p50', 'ms', (found) =>
      percentile(
        found.flatMap(({ knownAfter }) => knownAfter),
        0.5,
      ),
    ),
    figure('host idle between prompts, p50', 'ms', (found) =>
      percentile(
        found.flatMap(({ gaps }) => gaps),
        0.5,
      ),
    ),
  ]
}

async function measure(
  { cluster, log }: Stack,
  way: Way,
  jobs: readonly Workflow[],
): Promise<Found> {
  const [before = 0] = await log.counts()
  const http = createHttp()
  try {
    const startedAt = now()
    const done = await way({ url: cluster.simulators[0]?.url ?? '', http, jobs })
    await log.untilEnded(before + jobs.length)
    const [executions = []] = await log.ended([before])
    return {
      perSecond:
        (jobs.length / (Math.max(...done.map(({ knownAt }) => knownAt)) - startedAt)) * 1_000,
      knownAfter: done.map(({ promptId, knownAt }) => knownAt - endOf(executions, promptId)),
      gaps: gapsOf([executions]),
    }
  } finally {
    http.close()
  }
}

function endOf(executions: readonly Execution[], promptId: string): number {
  return executions.find((execution) => execution.promptId === promptId)?.endedAt ?? Number.NaN
}

/** All at once, each watched to its end; known is the end that comes with its outputs stored. */
function ours({ cluster }: Stack): Way {
  const client = createClient({ baseUrl: cluster.apis[0]?.url ?? '' })
  return async ({ jobs }) =>
    await Promise.all(
      jobs.map(async (job): Promise<Done> => {
        const { jobId } = await client.jobs.run(job)
        return { promptId: promptIdOf(jobId, 1), knownAt: now() }
      }),
    )
}
