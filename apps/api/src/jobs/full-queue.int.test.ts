import { newHostReport } from '@safelight/testkit'
import { describe, expect, it } from 'vitest'
import { type ApiStack, shareStack } from '../testing/api-stack.ts'
import { post, readError, submitJob } from '../testing/http.ts'
import { WORKFLOW } from '../testing/play-worker.ts'

let stack: ApiStack
shareStack((shared) => (stack = shared))

describe('a full queue', () => {
  it('refuses with 429 and says when to come back: the sooner, the more hosts there are', async () => {
    const small = await stack.startApi({ MAX_QUEUE_DEPTH: '2' }, { fleetAgeMs: 0 })
    await submitJob(small.url)
    await submitJob(small.url)
    const refusal = async () => {
      const response = await post(`${small.url}/api/v2/jobs`, { workflow: WORKFLOW })
      expect([response.status, (await readError(response)).code]).toEqual([429, 'queue_full'])
      return Number(response.headers.get('retry-after'))
    }
    expect(await refusal()).toBe(10)
    const nowMs = await stack.store.now()
    for (let n = 0; n < 50; n++)
      await stack.hosts.report(newHostReport(nowMs, { hostId: `gpu-${n}` }))
    expect(await refusal()).toBe(1)
  })
})
