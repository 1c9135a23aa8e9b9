/** A cluster whose workers can be scraped, and a Prometheus that does so. */
import { join } from 'node:path'
import type { Scope } from '@safelight/runtime'
import { type Cluster, findFreePort } from '@safelight/testkit'
import { openPrometheus, type Prometheus, type PrometheusOptions } from './prometheus.ts'

/** A worker more, with an admin port that it keeps. @returns that port; the worker is not started yet */
export async function addScrapedWorker(
  cluster: Cluster,
  env: Record<string, string> = {},
): Promise<number> {
  const port = await findFreePort()
  cluster.addWorker({ ...env, ADMIN_PORT: String(port) })
  return port
}

export interface BesideOptions extends Omit<PrometheusOptions, 'folder' | 'targets'> {
  workerPorts: readonly number[]
  scope: Scope
}

/** Scrapes all APIs that have an admin port, and these workers. */
export async function startPrometheusBeside(
  cluster: Cluster,
  { workerPorts, scope, ...options }: BesideOptions,
): Promise<Prometheus> {
  const prometheus = await openPrometheus({
    ...options,
    folder: join(cluster.folder, 'prometheus'),
    targets: { api: cluster.apis.flatMap(({ adminPort }) => adminPort ?? []), worker: workerPorts },
  })
  await scope.use(prometheus).start()
  return prometheus
}
