/** A cluster whose workers are quick to notice: tests of failures need not wait for what takes seconds in real life. */
import type { Cluster, ClusterOptions } from '@safelight/testkit'
import { openTestCluster } from '@safelight/testkit/vitest'
import { QUICK_TIMINGS } from '@safelight/worker/testing'
import type { TestContext } from 'vitest'

export const QUICK_WORKER = { SAFELIGHT_TIMINGS: JSON.stringify(QUICK_TIMINGS) }

export function openQuickCluster(
  { env, ...options }: Partial<ClusterOptions>,
  context: TestContext,
): Promise<Cluster> {
  const quick = { ...env, worker: { ...QUICK_WORKER, ...env?.worker } }
  return openTestCluster({ ...options, env: quick }, context)
}
