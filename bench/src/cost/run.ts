/**
 * What one trivial job costs in Redis commands and CPU, and what a worker costs that has nothing to do. With `--against`
 * another checkout is measured in the same run, in turns, and every figure stands beside the other's.
 */
import { createScope } from '@safelight/runtime'
import { bundleMains } from '@safelight/testkit'
import { round } from '../print.ts'
import { less, type Part, type Spent, sumOf } from '../meter.ts'
import { type BenchContext, byScale, type Figure, type Section } from '../section.ts'
import { spend } from '../spend.ts'
import { openStack, type Stack } from '../stack.ts'
import { warmUp } from '../warm-up.ts'
import { trivial } from '../workflows.ts'

const TOP = 14

interface Subject {
  name: string
  stack: Stack
  rounds: Spent[]
}

/** What a subject spent: on all jobs, less what it does idly; and idly, with the API and without. */
interface Costs {
  jobs: Spent
  idle: Spent
  worker: Spent
}

export const cost: Section = {
  name: 'cost',
  title: 'What a trivial job costs, and a worker with nothing to do',
  async run(context) {
    const { redisBinary, against, scale, say } = context
    const jobs = byScale(scale, { smoke: 6, usual: 300, long: 3_000 })
    const rounds = byScale(scale, { smoke: 1, usual: 3, long: 10 })
    const perRound = Math.ceil(jobs / rounds)
    const scope = createScope('cost')
    try {
      const open = async (name: string, checkout?: string): Promise<Subject> => {
        const options = { redisBinary, speed: 1_000, ...(checkout ? { checkout } : {}) }
        const stack = scope.use(await openStack(options))
        return { name, stack, rounds: [] }
      }
      if (against !== null) await bundleMains(against)
      const other = against === null ? null : await open('of the other checkout', against)
      const ours = await open('this')
      const subjects = other ? [other, ours] : [ours]
      const trivials = (count: number) => Array.from({ length: count }, trivial)
      for (const { stack } of subjects) await warmUp(stack, scale)
      for (let n = 1; n <= rounds; n += 1) {
        for (const { stack, rounds: found } of subjects)
          found.push((await spend(stack, trivials(perRound), { scale })).spent)
        say(`${n} of ${rounds} rounds of ${perRound} jobs`)
      }
      const found = []
      for (const subject of subjects) found.push(await costsOf(subject, context))
      const [first, last = first] = found
      if (!first || !last) return []
      return toFigures(last, found.length > 1 ? first : null, perRound * rounds)
    } finally {
      await scope.close()
    }
  },
}

async function costsOf(
  { name, stack, rounds }: Subject,
  { scale, say }: BenchContext,
): Promise<Costs> {
  const idleMs = byScale(scale, { smoke: 1_000, usual: 15_000, long: 60_000 })
  const idle = await stack.spentOver(idleMs)
  for (const api of stack.cluster.apis) await api.kill('SIGKILL')
  const worker = await stack.spentOver(idleMs)
  const all = sumOf(rounds)
  const top = (spent: Spent, per: number) =>
    spent.byName.slice(0, TOP).map(([what, calls]) => `${what} ${round(calls / per)}`)
  const count = rounds.length
  say(`${name}, most of all: ${top(all, count).join(', ')} (a round)`)
  say(`${name}, idle, a second: ${top(worker, worker.ms / 1_000).join(', ')}`)
  return { jobs: less(all, idle), idle, worker }
}

function toFigures(ours: Costs, other: Costs | null, jobs: number): Figure[] {
  const beside = (of: (costs: Costs) => number) => ({
    value: of(ours),
    ...(other ? { against: { what: 'of the other checkout', value: of(other) } } : {}),
  })
  const seconds = ({ ms }: Spent) => ms / 1_000
  const scripts = ({ byName }: Spent) =>
    byName
      .filter(([name]) => name.startsWith('eval'))
      .reduce((total, [, calls]) => total + calls, 0)
  const cpu = (part: Part, aim?: number): Figure => ({
    what: `CPU per trivial job, ${part}`,
    unit: 'ms',
    ...beside((costs) => costs.jobs.cpuMs[part] / jobs),
    ...(aim === undefined ? {} : { aim: { of: 'value', atMost: aim } }),
  })
  return [
    {
      what: 'Redis commands per trivial job, those of scripts included',
      unit: '',
      ...beside((costs) => costs.jobs.commands / jobs),
      aim: { of: 'value', atMost: 40 },
    },
    {
      what: 'scripts among them',
      unit: '',
      ...beside((costs) => scripts(costs.jobs) / jobs),
    },
    cpu('worker', 5),
    cpu('API'),
    cpu('Redis'),
    cpu('hosts'),
    {
      what: 'idle worker with one host, Redis commands',
      unit: '1/s',
      ...beside(({ worker }) => worker.commands / seconds(worker)),
    },
    {
      what: 'idle worker with one host, CPU',
      unit: 'ms/s',
      ...beside(({ worker }) => worker.cpuMs.worker / seconds(worker)),
    },
    {
      what: 'idle worker and API, Redis commands',
      unit: '1/s',
      ...beside(({ idle }) => idle.commands / seconds(idle)),
    },
  ]
}
