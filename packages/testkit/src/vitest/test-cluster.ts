/** A cluster of processes for the length of one test, on the run's Redis unless the test wants one to break. */
import { inject, type TestContext } from 'vitest'
import { type Cluster, type ClusterOptions, startCluster } from '../stack/cluster.ts'
import { takeNamespace } from './take-namespace.ts'

/** @param context of the test: files may run several at once */
export async function openTestCluster(
  options: Partial<ClusterOptions>,
  { task, onTestFinished }: TestContext,
): Promise<Cluster> {
  const cluster = await startCluster({
    redis: { url: inject('redisUrl') },
    namespace: takeNamespace(),
    isToKeep: () => task.result?.state === 'fail',
    ...options,
  })
  onTestFinished(() => cluster.close())
  return cluster
}
