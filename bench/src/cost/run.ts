/**
 * `npm run bench:cost`: what one trivial job costs in Redis commands and CPU, and what a worker costs that has nothing
 * to do. With `--against` another checkout is measured in the same run, in turns: then ratios mean something.
 */
import { createLogger, createScope } from '@safelight/runtime'
import { closeRedis, createRedis } from '@safelight/store'
import { bundleMains, type Cluster, startCluster, until } from '@safelight/testkit'
import type { Redis } from 'ioredis'
import { z } from 'zod'
import { type Client, createClient } from '../client.ts'
import { round, toTable, type Verdict } from '../print.ts'
import { trivial } from '../workflows.ts'
import { between, PARTS, read, type Spent, sumOf } from './meter.ts'

export interface CostOptions {
  redisBinary: string
  /** Of each checkout. */
  jobs: number
  /** Another checkout. */
  against: string | null
  say: (text: string) => void
}

const ROUNDS = 3
const IDLE_MS = 15_000
/** What follows the end of an execution is over. */
const SETTLE_MS = 1_500
const TOP = 14

interface Subject {
  name: string
  cluster: Cluster
  client: Client
  redis: Redis
  rounds: Spent[]
  /** Worker and API, then the worker alone, for as long. */
  idle: { both: Spent; worker: Spent } | null
}

export async function runCost(options: CostOptions): Promise<Verdict[]> {
  const { jobs, against, say } = options
  const scope = createScope('cost')
  try {
    const subjects: Subject[] = []
    const open = async (name: string, checkout?: string) => {
      const cluster = scope.use(
        await startCluster({
          redis: { binary: options.redisBinary },
          speed: 1_000,
          ...(checkout === undefined ? {} : { checkout }),
        }),
      )
      const log = createLogger({ level: 'silent', name: 'bench' })
      const redis = createRedis(cluster.redisUrl, 'worker', { log })
      scope.defer(() => closeRedis(redis))
      const client = createClient(cluster.apis[0]?.url ?? '')
      await client.untilReady(1)
      subjects.push({ name, cluster, client, redis, rounds: [], idle: null })
    }
    if (against !== null) {
      await bundleMains(against)
      await open('against', against)
    }
    await open('this')

    const perRound = Math.ceil(jobs / ROUNDS)
    for (const subject of subjects) await spend(subject, Math.ceil(perRound / 2))
    for (let n = 0; n < ROUNDS; n += 1)
      for (const subject of subjects) subject.rounds.push(await spend(subject, perRound))
    for (const subject of subjects) subject.idle = await idle(subject)

    say(
      `\nper trivial job, of ${perRound * ROUNDS}, less what an idle system costs meanwhile; commands with those that scripts run\n`,
    )
    say(toCosts(subjects, perRound * ROUNDS))
    for (const { name, rounds, idle: found } of subjects) {
      const all = sumOf(rounds).byName.slice(0, TOP)
      const each = all.map(([what, calls]) => `${what} ${round(calls / (perRound * ROUNDS))}`)
      say(`\n${name}, most of all: ${each.join(', ')}`)
      const seconds = (found?.worker.ms ?? 0) / 1_000
      const idly = found?.worker.byName
        .slice(0, TOP)
        .map(([what, n]) => `${what} ${round(n / seconds)}`)
      say(`${name}, idle, a second: ${idly?.join(', ')}`)
    }
    return []
  } finally {
    await scope.close()
  }
}

/** Some jobs, from the first request until nothing moves any more. */
async function spend({ cluster, client, redis }: Subject, count: number): Promise<Spent> {
  const done = await executed(cluster)
  const before = await read(cluster, redis)
  const views = await client.submitAll(
    Array.from({ length: count }, () => ({ workflow: trivial() })),
  )
  // asked of the host: it costs neither Redis nor API anything
  await until(async () => (await executed(cluster)) >= done + count, {
    what: 'all are executed',
    withinMs: 120_000,
    everyMs: 50,
  })
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
  const spent = between(before, await read(cluster, redis))
  await client.ended(views)
  return spent
}

async function idle({ cluster, redis }: Subject): Promise<{ both: Spent; worker: Spent }> {
  const watch = async () => {
    const before = await read(cluster, redis)
    await new Promise((resolve) => setTimeout(resolve, IDLE_MS))
    return between(before, await read(cluster, redis))
  }
  const both = await watch()
  for (const api of cluster.apis) await api.kill('SIGKILL')
  return { both, worker: await watch() }
}

const executionsSchema = z.object({ executions: z.array(z.object({ outcome: z.string() })) })

async function executed({ simulators }: Cluster): Promise<number> {
  const answer = await fetch(`${simulators[0]?.url ?? ''}/_simulator/executions`)
  const { executions } = executionsSchema.parse(await answer.json())
  return executions.filter(({ outcome }) => outcome === 'success').length
}

function toCosts(subjects: readonly Subject[], jobs: number): string {
  const of = (what: (subject: Subject) => number) => {
    const values = subjects.map(what)
    const [first = 0, second] = values
    return [...values.map(round), ...(second === undefined ? [] : [round(second / first)])]
  }
  const perJob = (what: (spent: Spent) => number) =>
    of(({ rounds, idle: found }) => {
      const all = sumOf(rounds)
      const beside = found ? (what(found.both) / found.both.ms) * all.ms : 0
      return (what(all) - beside) / jobs
    })
  const seconds = ({ ms }: Spent) => ms / 1_000
  const scripts = ({ byName }: Spent) =>
    byName.filter(([name]) => name.startsWith('eval')).reduce((sum, [, calls]) => sum + calls, 0)
  const perSecond = (which: 'both' | 'worker', what: (spent: Spent) => number) =>
    of(({ idle: found }) => (found ? what(found[which]) / seconds(found[which]) : 0))
  return toTable(
    ['', ...subjects.map(({ name }) => name), ...(subjects.length > 1 ? ['ratio'] : [])],
    [
      ['Redis commands', ...perJob(({ commands }) => commands)],
      ['scripts among them', ...perJob(scripts)],
      ...PARTS.map((part) => [`CPU of the ${part}, ms`, ...perJob(({ cpuMs }) => cpuMs[part])]),
      ['idle worker, commands a second', ...perSecond('worker', ({ commands }) => commands)],
      ['idle worker, CPU ms a second', ...perSecond('worker', ({ cpuMs }) => cpuMs.worker)],
      ['idle worker and API, commands a second', ...perSecond('both', ({ commands }) => commands)],
    ],
  )
}
