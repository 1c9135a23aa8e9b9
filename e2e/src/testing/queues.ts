/** A cluster's own records and queues, for tests that take something out of them. */
import { tellNobody } from '@safelight/runtime'
import {
  ANY_POOL,
  closeRedis,
  createBacklog,
  createKeys,
  createQueues,
  createRedis,
  hostQueueOf,
  type HostStage,
  intakeQueueOf,
} from '@safelight/store'
import type { Cluster } from '@safelight/testkit'
import type { TestContext } from 'vitest'

export function openQueues(
  { redisUrl, namespace }: Pick<Cluster, 'redisUrl' | 'namespace'>,
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
) {
  const redis = createRedis(redisUrl, 'worker', { emit: tellNobody })
  const keys = createKeys(namespace)
  const queues = createQueues({ redis, keys })
  onTestFinished(async () => {
    await queues.close()
    await closeRedis(redis)
  })
  return {
    redis,
    keys,
    backlog: createBacklog({ redis, keys }),
    intake: () => queues.get(intakeQueueOf(ANY_POOL)),
    hostQueue: (hostId: string, stage: HostStage = 'execute') =>
      queues.get(hostQueueOf(hostId, stage)),
  }
}
