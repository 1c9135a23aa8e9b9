/** Many hosts on few workers: what they cost with nothing to do, and how quickly work gets to them. */
import { createScope } from '@safelight/runtime'
import { until } from '@safelight/testkit'
import { type CheapHosts, openCheapHosts, shownText } from '../hosts/open-hosts.ts'
import { cpuOfAll, type Spent } from '../meter.ts'
import { type BenchContext, byScale, type Figure } from '../section.ts'
import { openStack, type Stack } from '../stack.ts'

/** Of a prompt: long enough that the hosts are not what is waited for. */
const PROMPT_MS = 5
/** Whoever is not ready by then is counted as not ready. */
const PATIENCE_MS = 60_000

export async function manyHosts(context: BenchContext): Promise<Figure[]> {
  const count = byScale(context.scale, { smoke: 4, usual: 200, long: 200 })
  const workers = byScale(context.scale, { smoke: [1], usual: [1, 4], long: [1, 4] })
  const figures: Figure[] = []
  for (const each of workers) figures.push(...(await measure(context, count, each)))
  return figures
}

/** Every worker drives all of them: any may die. */
async function measure(context: BenchContext, count: number, workers: number): Promise<Figure[]> {
  const { redisBinary, scale, say } = context
  const where = `${count} hosts on ${workers === 1 ? 'one worker' : `${workers} workers`}`
  const scope = createScope('fleet')
  try {
    const hosts = scope.use(await openCheapHosts(count, PROMPT_MS))
    const stack = scope.use(await openStack({ redisBinary, hostUrls: hosts.urls, workers: 0 }))
    const { client, cluster } = stack
    const startedAt = performance.now()
    await Promise.all(Array.from({ length: workers }, () => cluster.addWorker().start()))
    const ready = await untilMostAreReady(stack, count)
    const readyMs = performance.now() - startedAt
    say(`${where}: ${ready} ready after ${Math.round(readyMs / 100) / 10} s`)
    const idle = await stack.spentOver(
      byScale(scale, { smoke: 1_000, usual: 15_000, long: 60_000 }),
    )
    const connections = await connectionsOf(stack)
    const jobs = byScale(scale, { smoke: 20, usual: 1_000, long: 10_000 })
    // whoever runs for the first time is slow
    await client.ended(await client.submitAll(textJobs(2 * workers)))
    const burst = await runAll({ stack, hosts }, jobs)
    say(`${where}: ${burst.done} of ${jobs} jobs in ${Math.round(burst.ms)} ms`)
    const idlePerSecond = (of: (spent: Spent) => number) => of(idle) / (idle.ms / 1_000)
    return [
      { what: `of ${where}, ready within a minute`, value: ready, unit: '' },
      { what: `until then, ${where}`, value: readyMs / 1_000, unit: 's' },
      {
        what: `idle CPU of all workers, ${where}`,
        value: idlePerSecond(({ cpuMs }) => cpuMs.worker) / 10,
        unit: '% of a core',
        ...(workers === 1 ? { aim: { of: 'value', atMost: 50 } } : {}),
      },
      {
        what: `idle CPU of Redis, ${where}`,
        value: idlePerSecond(({ cpuMs }) => cpuMs.Redis) / 10,
        unit: '% of a core',
      },
      {
        what: `idle Redis commands, ${where}`,
        value: idlePerSecond(({ commands }) => commands),
        unit: '1/s',
      },
      { what: `connections to Redis, ${where}`, value: connections, unit: '' },
      { what: `jobs a second, ${where}`, value: burst.done / (burst.ms / 1_000), unit: '1/s' },
      {
        what: `CPU of all workers per job, ${where}`,
        value: burst.workerMs / burst.done,
        unit: 'ms',
      },
      { what: `CPU of the hosts per job, ${where}`, value: burst.hostsMs / burst.done, unit: 'ms' },
    ]
  } finally {
    await scope.close()
  }
}

const textJobs = (count: number) => Array.from({ length: count }, () => ({ workflow: shownText() }))

async function untilMostAreReady({ client }: Stack, count: number): Promise<number> {
  const deadline = performance.now() + PATIENCE_MS
  const found = await until(
    async () => {
      const ready = await client.readyHosts()
      // null is asked again
      return ready === count || performance.now() > deadline ? ready || -1 : null
    },
    { what: 'hosts are ready', withinMs: 2 * PATIENCE_MS, everyMs: 250 },
  )
  return Math.max(0, found)
}

async function connectionsOf({ redis }: Stack): Promise<number> {
  return Number(/^connected_clients:(\d+)/m.exec(await redis.info('clients'))?.[1] ?? 0)
}

/** From the first request to the last end, as the hosts tell it; what is not done within a minute is not waited for. */
async function runAll(
  { stack, hosts }: { stack: Stack; hosts: CheapHosts },
  jobs: number,
): Promise<{ done: number; ms: number; workerMs: number; hostsMs: number }> {
  const cpu = async () => [await cpuOfAll(stack.cluster.workers), await cpuOfAll([hosts])] as const
  const before = await hosts.counts()
  const [workersBefore, hostsBefore] = await cpu()
  const startedAt = performance.now()
  const submitted = stack.client.submitAll(textJobs(jobs))
  const done = await until(
    async () => {
      const ended = (await hosts.counts()).ended - before.ended
      return ended >= jobs || performance.now() > startedAt + PATIENCE_MS ? ended || -1 : null
    },
    { what: 'jobs are done', withinMs: 2 * PATIENCE_MS, everyMs: 20 },
  )
  const ms = performance.now() - startedAt
  await submitted
  const [workersAfter, hostsAfter] = await cpu()
  return {
    done: Math.max(0, done),
    ms,
    workerMs: workersAfter - workersBefore,
    hostsMs: hostsAfter - hostsBefore,
  }
}
