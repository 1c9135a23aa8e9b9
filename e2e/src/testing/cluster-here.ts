/** A cluster whose API is in this process, which has loaded it already, and so is its worker unless it is to be killed; hosts are processes. */
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { createApi } from '@safelight/api'
import { loadApiConfig } from '@safelight/api/config'
import { createLogger, createScope } from '@safelight/runtime'
import { type Cluster, type ClusterOptions, startCluster } from '@safelight/testkit'
import { takeNamespace } from '@safelight/testkit/vitest'
import { createWorkerApp } from '@safelight/worker'
import { loadWorkerConfig } from '@safelight/worker/config'
import { inject, type TestContext } from 'vitest'
import { QUICK_WORKER } from './quick-cluster.ts'

/**
 * A process would be killed: what takes longer on a busy machine is no fault. Nor is a worker lost that shares its event
 * loop with whole clusters of other tests: its jobs would be taken from it, by itself.
 */
const PATIENT = { closeMs: 20_000, lockMs: 20_000 }

/** `workers` are processes; unless it is said how many, there is one, in this process. The run's Redis, unless one is to break. */
export type ClusterHereOptions = Pick<ClusterOptions, 'hosts' | 'speed' | 'env' | 'workers'> &
  Partial<Pick<ClusterOptions, 'redis'>>

export interface ClusterHere extends Omit<Cluster, 'apis'> {
  /** Of the API. */
  url: string
  /** One more, in this process. */
  startWorker(env?: Record<string, string>): Promise<void>
}

/** @param isToKeep see {@link ClusterOptions}; what is said in this process is in the cluster's `here.log` */
export async function startClusterHere(
  { env = {}, workers, ...options }: ClusterHereOptions,
  isToKeep: () => boolean,
): Promise<ClusterHere> {
  const scope = createScope('cluster here')
  const workerEnv = { ...QUICK_WORKER, ...env.worker }
  try {
    const cluster = scope.use(
      await startCluster({
        redis: { url: inject('redisUrl') },
        ...options,
        env: { worker: workerEnv },
        namespace: takeNamespace(),
        isToKeep,
        apis: 0,
        workers: workers ?? 0,
      }),
    )
    const { folder, namespace, redisUrl, simulators } = cluster
    const destination = createWriteStream(join(folder, 'here.log'))
    scope.defer(() => new Promise<void>((resolve) => destination.end(resolve)))
    const log = createLogger({ level: 'info', name: 'here', destination })
    const common = {
      REDIS_URL: redisUrl,
      SAFELIGHT_NAMESPACE: namespace,
      SAFELIGHT_DATA_DIR: join(folder, 'data'),
      ADMIN_PORT: 'off',
    }
    const api = scope.use(
      await createApi(loadApiConfig({ ...common, PORT: '0', ...env.api }), { log }),
    )
    const hosts = simulators.map(({ url }) => url).join(',')
    const startWorker = async (more: Record<string, string> = {}) => {
      const named = { COMFYUI_HOSTS: hosts, WORKER_NAME: 'worker-here' }
      const config = loadWorkerConfig({ ...common, ...named, ...workerEnv, ...more })
      scope.use(await createWorkerApp(config, { log, timings: PATIENT }))
    }
    if (workers === undefined) await startWorker()
    return { ...cluster, url: api.url, startWorker, close: () => scope.close() }
  } catch (error) {
    await scope.close()
    throw error
  }
}

/** For the length of one test. */
export async function openClusterHere(
  options: ClusterHereOptions,
  { task, onTestFinished }: TestContext,
): Promise<ClusterHere> {
  const cluster = await startClusterHere(options, () => task.result?.state === 'fail')
  onTestFinished(() => cluster.close())
  return cluster
}
