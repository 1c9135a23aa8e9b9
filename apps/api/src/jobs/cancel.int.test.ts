import { tellNobody } from '@safelight/runtime'
import { jobViewSchema } from '@safelight/shared'
import { closeRedis, type ControlMessage, createRedis, subscribeControl } from '@safelight/store'
import { until } from '@safelight/testkit'
import { describe, expect, inject, it } from 'vitest'
import { assertContract } from '../testing/contract.ts'
import { post, submitJob } from '../testing/http.ts'
import { RUNNING, SUCCEEDED } from '../testing/play-worker.ts'
import { shareStack, type ApiStack } from '../testing/api-stack.ts'

let stack: ApiStack
shareStack((shared) => (stack = shared))

async function cancel(jobId: string) {
  const response = await post(`${stack.api.url}/api/v2/jobs/${jobId}/cancel`, {})
  expect(response.status).toBe(200)
  const body: unknown = await response.json()
  assertContract('Job', body)
  return jobViewSchema.parse(body)
}

describe('canceling', () => {
  it('ends a queued job at once and takes it out of its place', async () => {
    const { id } = await submitJob(stack.api.url)
    expect(await stack.redis.zcard(stack.keys.backlog('*'))).toBe(1)
    expect((await cancel(id)).status).toBe('canceled')
    expect(await stack.redis.zcard(stack.keys.backlog('*'))).toBe(0)
  })

  it('asks the workers to stop a running one, again with every request', async () => {
    const subscriber = createRedis(inject('redisUrl'), 'subscriber', { emit: tellNobody })
    const received: ControlMessage[] = []
    const { keys } = stack
    await subscribeControl({ subscriber, keys, onMessage: (message) => received.push(message) })
    const { id } = await submitJob(stack.api.url)
    await stack.append(id, RUNNING)
    expect(await cancel(id)).toMatchObject({ status: 'canceling', phase: 'executing' })
    const again = await cancel(id)
    expect([again.status, again.seq]).toEqual(['canceling', 2])
    await until(() => received.length === 2)
    expect(received).toEqual([
      { type: 'cancel', jobId: id },
      { type: 'cancel', jobId: id },
    ])
    await closeRedis(subscriber)
  })

  it('changes nothing about a job that has ended', async () => {
    const { id } = await submitJob(stack.api.url)
    await stack.append(id, RUNNING)
    const { seq } = await stack.append(id, SUCCEEDED)
    expect(await cancel(id)).toMatchObject({ status: 'succeeded', seq })
  })

  it('has one winner against the end of the job', async () => {
    const { id } = await submitJob(stack.api.url)
    await stack.append(id, RUNNING)
    const [job, end] = await Promise.all([cancel(id), stack.store.append(id, () => SUCCEEDED)])
    expect(end.outcome).toBe('appended')
    expect(['canceling', 'succeeded']).toContain(job.status)
    expect((await stack.store.load(id))?.status).toBe('succeeded')
  })
})
