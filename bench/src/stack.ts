/** All of Safelight as it runs in production, with what a benchmark looks at it with. */
import { createScope, tellNobody } from '@safelight/runtime'
import { closeRedis, createRedis } from '@safelight/store'
import { type Cluster, type ClusterOptions, startCluster } from '@safelight/testkit'
import type { Redis } from 'ioredis'
import { type Client, createClient } from './client.ts'
import { createHostLog, type HostLog } from './host-log.ts'
import { between, read, type Reading, type Spent } from './meter.ts'

export interface Stack {
  cluster: Cluster
  client: Client
  /** For looks that cost the system under test nothing. */
  redis: Redis
  log: HostLog
  /** What Redis and the processes have spent so far. */
  read: () => Promise<Reading>
  /** What they spend meanwhile. */
  spentOver: (ms: number) => Promise<Spent>
  close(): Promise<void>
}

export type StackOptions = Omit<ClusterOptions, 'redis'> & {
  redisBinary: string
  /** How many simulated hosts there are; all alike, unless `hosts` says more. */
  hostCount?: number
  /** Hosts that are there already, in place of simulated ones. */
  hostUrls?: readonly string[]
}

/** Resolves when its hosts take jobs, if it has a worker. */
export async function openStack({
  redisBinary,
  hostUrls,
  hostCount = hostUrls ? 0 : 1,
  ...options
}: StackOptions): Promise<Stack> {
  const scope = createScope('stack')
  try {
    const cluster = scope.use(
      await startCluster({
        // as docker-compose.yml has it: with `always`, what is measured is the disk
        redis: { binary: redisBinary, appendfsync: 'everysec' },
        hosts: Array.from({ length: hostCount }, () => ({})),
        ...options,
        env: { ...options.env, worker: { ...toHosts(hostUrls), ...options.env?.worker } },
      }),
    )
    const redis = createRedis(cluster.redisUrl, 'worker', { emit: tellNobody })
    scope.defer(() => closeRedis(redis))
    const client = createClient(cluster.apis[0]?.url ?? '')
    const hosts = hostUrls ?? cluster.simulators
    if (cluster.workers.length > 0) await client.untilReady(hosts.length)
    const look = () => read(cluster, redis)
    return {
      cluster,
      client,
      redis,
      log: createHostLog(cluster.simulators.map(({ executionsFile }) => executionsFile)),
      read: look,
      async spentOver(ms) {
        const before = await look()
        await new Promise((resolve) => setTimeout(resolve, ms))
        return between(before, await look())
      },
      close: () => scope.close(),
    }
  } catch (error) {
    await scope.close()
    throw error
  }
}

const toHosts = (urls?: readonly string[]): Record<string, string> =>
  urls ? { COMFYUI_HOSTS: urls.join(',') } : {}
