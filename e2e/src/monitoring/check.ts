/**
 * Asks a real Prometheus everything that rules and dashboards ask, after it has scraped a run: jobs that succeed, fail and
 * are canceled, and a host that dies.
 */
import { createScope } from '@safelight/runtime'
import { type ClusterOptions, startCluster, until } from '@safelight/testkit'
import { getJob, submit, textToImage, whenJob } from '../testing/client.ts'
import { watchToEnd } from '../testing/watcher.ts'
import { raising, slow } from '../testing/workflows.ts'
import { addScrapedWorker, startPrometheusBeside } from './beside-cluster.ts'
import { DASHBOARDS } from './dashboards/index.ts'
import type { Prometheus } from './prometheus.ts'
import { isAlert, readRules } from './rules.ts'

export interface CheckOptions {
  redis: ClusterOptions['redis']
  worker?: Readonly<Record<string, string>>
  signal: AbortSignal
}

export interface CheckResult {
  /** Expressions that were asked. */
  asked: number
  /** What Prometheus does not understand or cannot evaluate. */
  faults: string[]
  /** Panels that should show something, and records that should be there. */
  empty: string[]
  /** Numbers that are not what happened. */
  wrong: string[]
}

/** What Grafana makes of its variable: some scrapes. */
const WINDOW = '30s'
const SUCCESSES = 3

export async function checkMonitoring(options: CheckOptions): Promise<CheckResult> {
  const { redis, signal } = options
  const scope = createScope('monitoring check')
  try {
    const cluster = await startCluster({
      redis,
      workers: 0,
      hosts: [{}, {}],
      speed: 20,
      adminPorts: true,
      ...(options.worker && { env: { worker: options.worker } }),
    })
    scope.use(cluster)
    const workerPorts = [await addScrapedWorker(cluster), await addScrapedWorker(cluster)]
    await Promise.all(cluster.workers.map((worker) => worker.start()))
    signal.throwIfAborted()
    const prometheus = await startPrometheusBeside(cluster, { workerPorts, scope })
    await untilIs(prometheus, 'sum(up)', workerPorts.length + cluster.apis.length)
    await run(cluster, signal)
    const ended = 'sum(safelight_jobs_ended_total)'
    await untilIs(prometheus, ended, SUCCESSES + 3).catch(() => undefined)
    return { ...(await askAll(prometheus)), wrong: await findWrong(prometheus) }
  } finally {
    await scope.close()
  }
}

async function run(
  { apis, simulators }: Awaited<ReturnType<typeof startCluster>>,
  signal: AbortSignal,
): Promise<void> {
  const url = apis[0]?.url ?? ''
  const end = async (jobId: string) => await watchToEnd({ jobId, pickUrl: () => url, drops: [] })
  const seeds = Array.from({ length: SUCCESSES }, (_, seed) => seed + 1)
  const jobs = await Promise.all(seeds.map((seed) => submit(url, textToImage(seed))))
  await Promise.all(jobs.map(({ id }) => end(id)))
  await end((await submit(url, raising('value_error'))).id)
  const { id } = await submit(url, slow({ steps: 2_000, seconds: 1 }))
  await whenJob(url, id, ({ status }) => status === 'running')
  await fetch(`${url}/api/v2/jobs/${id}/cancel`, { method: 'POST' })
  await end(id)
  signal.throwIfAborted()
  // its host dies while it runs, and another one makes it
  const moved = await submit(url, slow({ steps: 40, seconds: 1 }))
  await whenJob(url, moved.id, ({ status }) => status === 'running')
  const { host_id: hostId } = await getJob(url, moved.id)
  await simulators.find((host) => host.hostId === hostId)?.kill('SIGKILL')
  await end(moved.id)
}

async function untilIs(prometheus: Prometheus, expr: string, wanted: number): Promise<void> {
  await until(async () => (await valueOf(prometheus, expr)) === wanted, {
    what: expr,
    withinMs: 20_000,
  })
}

async function valueOf(prometheus: Prometheus, expr: string): Promise<number | null> {
  const [first] = await prometheus.query(expr)
  return first?.samples[0]?.[1] ?? null
}

async function askAll(prometheus: Prometheus): Promise<Omit<CheckResult, 'wrong'>> {
  const faults = await prometheus.ruleFaults()
  const empty: string[] = []
  let asked = 0
  const count = async (expr: string, where: string): Promise<number> => {
    asked += 1
    try {
      return (await prometheus.query(expr.replaceAll('$__rate_interval', WINDOW))).length
    } catch (error) {
      faults.push(`${where}: ${error instanceof Error ? error.message : String(error)}: ${expr}`)
      return 0
    }
  }
  for (const { title, panels } of DASHBOARDS)
    for (const panel of panels) {
      const where = `${title}: ${panel.title}`
      const counts = await Promise.all(Object.keys(panel.queries).map((expr) => count(expr, where)))
      if (panel.alwaysHasData && counts.every((found) => found === 0)) empty.push(where)
    }
  for (const rule of readRules()) {
    const name = isAlert(rule) ? rule.alert : rule.record
    const found = await count(rule.expr, name)
    if (!isAlert(rule) && found === 0) empty.push(name)
  }
  return { asked, faults, empty }
}

/** The run is over, so the numbers are the last ones. */
async function findWrong(prometheus: Prometheus): Promise<string[]> {
  const wanted: Readonly<Record<string, number>> = {
    'sum(safelight_jobs_ended_total{status="succeeded"})': SUCCESSES + 1,
    'sum(safelight_jobs_ended_total{status="failed",code="node_execution_error"})': 1,
    'sum(safelight_jobs_ended_total{status="canceled"})': 1,
    'sum(safelight_jobs_accepted_total)': SUCCESSES + 3,
    'sum(safelight_attempts_failed_total{cause="host_unavailable"})': 1,
    'count(max by (host) (safelight_host_up) == 0)': 1,
    'max(safelight_workers)': 2,
  }
  const found = await Promise.all(
    Object.entries(wanted).map(async ([expr, number]) => {
      const is = await valueOf(prometheus, expr)
      return is === number ? [] : [`${expr}: ${is}, not ${number}`]
    }),
  )
  return found.flat()
}
