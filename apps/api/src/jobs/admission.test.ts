import { createLogger } from '@safelight/runtime'
import { describe, expect, it } from 'vitest'
import { createAdmission } from './admission.ts'

/** What waits is what the test says; how often that was asked is counted. */
function start({ maxQueueDepth = 3, maxQueueBytes = 1_000 } = {}) {
  const waiting = { jobs: 0, bytes: 0, asked: 0 }
  let nowMs = 0
  const admission = createAdmission({
    async countQueued() {
      waiting.asked += 1
      return waiting.jobs
    },
    countBytes: async () => waiting.bytes,
    maxQueueDepth: () => maxQueueDepth,
    maxQueueBytes: () => maxQueueBytes,
    maxAgeMs: 100,
    clock: { steady: () => nowMs },
    whenRoom: async (places) => places,
    refuseWhenStoreFull: async () => {},
    follows: async () => true,
    announce: async () => undefined,
    log: createLogger({ level: 'silent', name: 'test' }),
  })
  const letIn = (bytes = 1) =>
    admission.refuseWhenFull(bytes).then(
      () => 'in',
      (error: { code: string }) => error.code,
    )
  return { waiting, letIn, pass: (ms: number) => void (nowMs += ms) }
}

describe('admission', () => {
  it('counts what waits once in a while, and what it lets in along with it', async () => {
    const { waiting, letIn, pass } = start({ maxQueueDepth: 10 })
    for (let n = 0; n < 5; n += 1) expect(await letIn()).toBe('in')
    expect(waiting.asked).toBe(1)
    pass(100)
    await letIn()
    expect(waiting.asked).toBe(2)
  })

  it('lets in no more than there is room for, however old its count', async () => {
    const { waiting, letIn } = start()
    const answers: string[] = []
    for (let n = 0; n < 5; n += 1) {
      const answer = await letIn()
      answers.push(answer)
      if (answer === 'in') waiting.jobs += 1
    }
    expect(answers).toEqual(['in', 'in', 'in', 'queue_full', 'queue_full'])
  })

  it('counts bytes along as well', async () => {
    const { waiting, letIn } = start({ maxQueueDepth: 100, maxQueueBytes: 250 })
    const answers: string[] = []
    for (let n = 0; n < 4; n += 1) {
      const answer = await letIn(100)
      answers.push(answer)
      if (answer === 'in') waiting.bytes += 100
    }
    expect(answers).toEqual(['in', 'in', 'in', 'queue_full'])
  })

  it('refuses nobody for a count that is remembered', async () => {
    const { waiting, letIn } = start()
    waiting.jobs = 3
    expect(await letIn()).toBe('queue_full')
    waiting.jobs = 2
    expect(await letIn()).toBe('in')
    // one that began and was not made
    expect(await letIn()).toBe('in')
  })
})
