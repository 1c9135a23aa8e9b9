import { openRedisProxy } from '@safelight/testkit/vitest'
import { describe, expect, it } from 'vitest'
import { post, readError, readJob, submitJob } from '../testing/http.ts'
import { DEAD, RUNNING, WORKFLOW } from '../testing/play-worker.ts'
import { shareStack, type ApiStack } from '../testing/api-stack.ts'

let stack: ApiStack
shareStack((shared) => (stack = shared))

/** What is late at which time limit: ours for an answer, or that for one reply of Redis. */
const LIMITS = [
  ['the request takes too long', { requestDeadlineMs: 1_000 }],
  ['Redis takes too long', { store: { redisCommandMs: 1_000 } }],
] as const

describe.each(LIMITS)('an accept that is not heard of because %s', (_, timings) => {
  async function open() {
    const proxy = await openRedisProxy()
    const { url } = await stack.startApi({ REDIS_URL: proxy.url }, timings)
    // scripts are known from here on: an accept is one command
    const { id } = await submitJob(url)
    return { proxy, url, id }
  }

  it('is answered with the id under which the job is', async () => {
    const { proxy, url } = await open()
    proxy.muteAt('"late"')
    const body = { workflow: WORKFLOW, metadata: { which: 'late' } }
    const answer = await post(`${url}/api/v2/jobs`, body)
    const { code, details } = await readError(answer)
    expect([answer.status, code, details?.['maybe_accepted']]).toEqual([503, 'unavailable', true])
    expect(answer.headers.get('retry-after')).toBe('2')
    const job = await readJob(stack.api.url, String(details?.['job_id']))
    expect(job).toMatchObject({ status: 'queued', metadata: { which: 'late' } })
  })

  it('is so for a dead letter that is replayed, too', async () => {
    const { proxy, url, id } = await open()
    const replay = () => post(`${url}/api/v2/dead-letters/${id}/replay`, {})
    await stack.append(id, RUNNING)
    await stack.append(id, DEAD)
    const other = await submitJob(url)
    await stack.append(other.id, RUNNING)
    await stack.append(other.id, DEAD)
    await post(`${url}/api/v2/dead-letters/${other.id}/replay`, {})
    proxy.muteAt('"replayOf":')
    const answer = await replay()
    const { details } = await readError(answer)
    expect([answer.status, details?.['maybe_accepted']]).toEqual([503, true])
    const job = await readJob(stack.api.url, String(details?.['job_id']))
    expect(job).toMatchObject({ status: 'queued', replay_of: id })
  })
})
