import { tellNobody } from '@safelight/runtime'
import { GenericContainer, getContainerRuntimeClient, Wait } from 'testcontainers'
import { expect, it, onTestFinished } from 'vitest'
import { createJobStore } from './create-job-store.ts'
import { createKeys } from './keys.ts'
import { closeRedis, createRedis, whenReady } from './redis.ts'
import { progress, status } from '@safelight/testkit'
import { acceptJob } from '@safelight/testkit/vitest'

const IMAGE = 'redis:7-alpine'
const PULL_MS = 120_000

const engine = await getContainerRuntimeClient().catch(() => null)
const why = engine ? '' : ' (skipped: no container engine answers here)'

it.skipIf(why)(
  `accepts and appends on ${IMAGE} in a container${why}`,
  async () => {
    const container = await new GenericContainer(IMAGE)
      .withExposedPorts(6379)
      .withWaitStrategy(Wait.forLogMessage('Ready to accept connections'))
      .start()
    onTestFinished(async () => void (await container.stop()))
    const url = `redis://${container.getHost()}:${container.getMappedPort(6379)}`
    const redis = createRedis(url, 'worker', { emit: tellNobody })
    onTestFinished(() => closeRedis(redis))
    await whenReady(redis)

    const store = createJobStore({ redis, emit: tellNobody, keys: createKeys('container') })
    const jobId = await acceptJob(store)
    const token = (await store.claim(jobId))?.token ?? -1
    await store.append(jobId, () => status('running', { phase: 'executing' }), { token })
    await store.append(jobId, () => progress(0.5), { token })
    await store.append(jobId, () => status('succeeded'), { token })
    expect(await store.load(jobId)).toMatchObject({ status: 'succeeded', seq: 3 })
    expect((await store.eventsAfter(jobId, 0)).events.map((event) => event.seq)).toEqual([1, 2, 3])
  },
  PULL_MS,
)
