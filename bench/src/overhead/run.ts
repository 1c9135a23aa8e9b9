/**
 * What Safelight takes of what its hosts can do: the same jobs on the same hosts through all of it, fed directly with
 * queues kept full, and one at a time by the simplest wrapper.
 */
import type { Workflow } from '@safelight/shared'
import { createScope } from '@safelight/runtime'
import { middle, percentile } from '../figures.ts'
import type { Execution } from '../host-log.ts'
import { sumOf } from '../meter.ts'
import { type BenchContext, byScale, type Figure, type Section } from '../section.ts'
import { type Round, spend } from '../spend.ts'
import { openStack, type Stack } from '../stack.ts'
import { byWay } from '../ways/by-way.ts'
import { direct } from '../ways/direct.ts'
import { simplest } from '../ways/simplest.ts'
import { warmUp } from '../warm-up.ts'
import { ticking, trivial } from '../workflows.ts'
import { onRealHost } from './real.ts'
import { gapsOf, rateOf } from './spans.ts'

/** Of the hosts: what they do takes next to no time, unless a job says so. */
const SPEED = 1_000
const TICK_MS = 50
/** Of jobs of a kind, when trivial ones have warmed everything up. */
const FIRST = 10

interface Kind {
  name: string
  job: () => Workflow
  /** Of each host in each round. */
  jobs: number
  /** Of jobs a second, to the same hosts fed directly. */
  aim: number
}

export const overhead: Section = {
  name: 'overhead',
  title: 'What is left of a host behind all of Safelight',
  async run(context) {
    const { scale, redisBinary } = context
    const figures: Figure[] = []
    for (const hostCount of byScale(scale, { smoke: [1], usual: [1, 4, 16], long: [1, 4, 16] })) {
      const scope = createScope('overhead')
      try {
        const stack = scope.use(await openStack({ redisBinary, hostCount, speed: SPEED }))
        await warmUp(stack, scale)
        for (const kind of kindsOf(context, hostCount))
          figures.push(...(await compare(stack, kind, context)))
      } finally {
        await scope.close()
      }
    }
    return [...figures, ...(await onRealHost(context))]
  },
}

function kindsOf({ scale }: BenchContext, hosts: number): Kind[] {
  const ms = byScale(scale, { smoke: 200, usual: 1_000, long: 1_000 })
  const each = Math.ceil(byScale(scale, { smoke: 10, usual: 240, long: 2_400 }) / Math.sqrt(hosts))
  return [
    { name: 'trivial jobs', job: trivial, jobs: each, aim: 0.6 },
    {
      name: `jobs of ${ms / 1_000} s`,
      job: () => ticking(ms, { everyMs: TICK_MS, speed: SPEED }),
      jobs: byScale(scale, { smoke: 3, usual: 8, long: 30 }),
      aim: 0.99,
    },
  ]
}

async function compare(stack: Stack, kind: Kind, { scale, say }: BenchContext): Promise<Figure[]> {
  const { name, job } = kind
  const hosts = stack.cluster.simulators.length
  const where = `${name}, ${hosts} ${hosts === 1 ? 'host' : 'hosts'}`
  const count = kind.jobs * hosts
  const jobs = (n = count) => Array.from({ length: n }, job)
  await spend(stack, jobs(Math.max(hosts, Math.min(FIRST, count))), { scale })
  const rounds = byScale(scale, { smoke: 1, usual: 3, long: 5 })
  const found: { us: Round; fed: Execution[][]; single: Execution[][] }[] = []
  for (let n = 1; n <= rounds; n += 1) {
    found.push({
      us: await spend(stack, jobs(), { scale, held: true }),
      fed: await byWay(stack, direct, jobs()),
      single: await byWay(stack, simplest, jobs()),
    })
    say(`${where}: ${n} of ${rounds} rounds of ${count}`)
  }
  type By = (round: (typeof found)[number]) => Execution[][]
  const us: By = (round) => round.us.executions
  const fed: By = (round) => round.fed
  const single: By = (round) => round.single
  const rate = (by: By) => middle(found.map((round) => rateOf(by(round))))
  const gap = (by: By, share: number) =>
    percentile(
      found.flatMap((round) => gapsOf(by(round))),
      share,
    )
  const spent = sumOf(found.map((round) => round.us.spent))
  const perJob = (total: number) => total / (rounds * count)
  const cpu = (part: 'worker' | 'API' | 'Redis' | 'hosts'): Figure => ({
    what: `CPU per job, ${part}, ${where}`,
    value: perJob(spent.cpuMs[part]),
    unit: 'ms',
  })
  const value = rate(us)
  return [
    {
      what: where,
      value,
      unit: '1/s',
      against: { what: 'fed directly', value: rate(fed) },
      aim: { of: 'ratio', atLeast: kind.aim },
    },
    {
      what: where,
      value,
      unit: '1/s',
      against: { what: 'one at a time', value: rate(single) },
    },
    ...([0.5, 0.99] as const).map(
      (share): Figure => ({
        what: `host idle between prompts, p${100 * share}, ${where}`,
        value: gap(us, share),
        unit: 'ms',
        against: { what: 'fed directly', value: gap(fed, share) },
        ...(share === 0.5 ? { aim: { of: 'value', atMost: 1 } } : {}),
      }),
    ),
    ...(['worker', 'API', 'Redis', 'hosts'] as const).map(cpu),
    { what: `Redis commands per job, ${where}`, value: perJob(spent.commands), unit: '' },
  ]
}
