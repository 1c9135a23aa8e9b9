/** A Prometheus beside a run of chaos, and what it has seen at the end. */
import type { Scope } from '@safelight/runtime'
import { type Cluster, until } from '@safelight/testkit'
import { startPrometheusBeside } from '../monitoring/beside-cluster.ts'
import type { Prometheus, Series } from '../monitoring/prometheus.ts'
import { HURRY, SCRAPE_EVERY_MS } from './alert-causes.ts'
import type { Stretch } from './alerts.ts'
import { COUNTERS, type Scraped } from './scraped.ts'

/** As long as any run. */
const ALL = '3h'
/** Between two evaluations, however busy the machine is. */
const GAP_S = 5

/** For every process to be scraped once. */
const FIRST_MS = 60_000

export interface Seen {
  scraped: Scraped
  stretches: Stretch[]
}

/** @returns asked when the run is over */
export async function startCounting(
  cluster: Cluster,
  workerPorts: readonly number[],
  scope: Scope,
): Promise<() => Promise<Seen>> {
  const prometheus = await startPrometheusBeside(cluster, {
    workerPorts,
    scope,
    scrapeEveryMs: SCRAPE_EVERY_MS,
    hurry: HURRY,
  })
  const names = new Map([
    ...cluster.apis.map(({ name, adminPort }) => [`127.0.0.1:${adminPort}`, name] as const),
    ...workerPorts.map((port, at) => [`127.0.0.1:${port}`, `worker-${at + 1}`] as const),
    ...cluster.simulators.map(({ name, hostId }) => [hostId, name] as const),
  ])
  const isUp = `sum(up) == ${cluster.apis.length + workerPorts.length}`
  await until(async () => (await prometheus.query(isUp)).length > 0, {
    what: 'everybody is scraped',
    withinMs: FIRST_MS,
  })
  const startedAt = Date.now()
  return async () => {
    const from = Date.now()
    await until(() => Date.now() - from > 2 * SCRAPE_EVERY_MS, { what: 'the last scrapes' })
    const alerts = await prometheus.query(`ALERTS[${ALL}]`)
    return {
      scraped: await readScraped(prometheus),
      // before the first scrape nobody was there
      stretches: alerts
        .flatMap((series) => toStretches(series, names))
        .filter((stretch) => stretch.to >= startedAt),
    }
  }
}

async function readScraped(prometheus: Prometheus): Promise<Scraped> {
  // all of one moment: another scrape may come while they are read
  const at = Date.now() / 1_000
  const read = (metric: string) => prometheus.query(`${metric}[${ALL}]`, at)
  const counters = new Map<string, Series[]>()
  for (const { metric } of COUNTERS) counters.set(metric, await read(metric))
  return {
    starts: await read('process_start_time_seconds'),
    durations: await read('scrape_duration_seconds'),
    counters,
  }
}

function toStretches({ labels, samples }: Series, names: ReadonlyMap<string, string>): Stretch[] {
  const where = labels['host'] ?? labels['instance'] ?? ''
  const stretches: Stretch[] = []
  const told = {
    alert: labels['alertname'] ?? '',
    state: labels['alertstate'] === 'firing' ? 'firing' : 'pending',
    subject: names.get(where) ?? where,
  } as const
  for (const [at] of samples) {
    const last = stretches.at(-1)
    if (last && at * 1_000 - last.to <= GAP_S * 1_000) last.to = at * 1_000
    else stretches.push({ ...told, from: at * 1_000, to: at * 1_000 })
  }
  return stretches
}
