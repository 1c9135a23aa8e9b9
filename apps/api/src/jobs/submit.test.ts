import { describe, expect, it } from 'vitest'
import { assertContract } from '../testing/contract.ts'
import { post, submit } from '../testing/http.ts'
import { startStack } from '../testing/start-stack.ts'

describe('submitting', () => {
  it('answers 201 with a job of the contract, queued and next in line', async () => {
    const stack = await startStack()
    try {
      const job = await submit(stack.api.url)
      assertContract('Job', job)
      expect(job).toMatchObject({ status: 'queued', queue_position: 0, outputs: [], error: null })
    } finally {
      await stack.close()
    }
  })
})
