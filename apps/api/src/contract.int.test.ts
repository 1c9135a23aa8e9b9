/** Every operation of the published contract, with every answer it documents. */
import { describe, expect, it } from 'vitest'
import { type ApiStack, shareStack } from './testing/api-stack.ts'
import { assertAnswer, readContract } from './testing/contract.ts'
import { ANSWERS } from './testing/contract-answers.ts'
import type { Ground } from './testing/contract-ground.ts'

let stack: ApiStack
shareStack((shared) => (stack = shared))

async function openGround(): Promise<Ground> {
  const guarded = await stack.startApi({ SAFELIGHT_TOKEN: 'a-token-for-tests' })
  const small = await stack.startApi({ MAX_QUEUE_DEPTH: '1', MAX_STREAMS_PER_CLIENT: '1' })
  return { stack, base: stack.api.url, guarded: guarded.url, small: small.url }
}

/** What no server of ours has a reason to answer. */
const NEVER: Record<string, string> = {
  'getAsset 403': 'reading is refused to nobody who has the token',
  'getAssetContent 302':
    'blobs of a folder are served; e2e/src/object-store.int.test.ts has the others',
  'postJobs 402': 'nothing is charged',
  'getJob 403': 'reading is refused to nobody who has the token',
  'getJobWorkflow 403': 'reading is refused to nobody who has the token',
  'getJobWorkflow 429': 'looks are not counted',
  'getJobEvents 403': 'reading is refused to nobody who has the token',
  'getJobEvents 501': 'every server of ours streams',
  'cancelJob 429': 'cancels are not counted',
}

const documented = Object.entries(readContract().operations).flatMap(([operation, { statuses }]) =>
  statuses.map((status) => ({ operation, status: Number(status) })),
)

describe('the contract', () => {
  it.for(documented.filter(({ operation, status }) => !(`${operation} ${status}` in NEVER)))(
    'is kept by $operation: $status',
    async ({ operation, status }) => {
      const ask = ANSWERS[operation]?.[status]
      if (!ask) throw new Error('nothing asks for this answer: see testing/contract-answers.ts')
      const response = await ask(await openGround())
      await assertAnswer(operation, response)
      expect(response.status).toBe(status)
      await response.body?.cancel()
    },
  )

  it('has no answer here that is not in it, and none twice', () => {
    const names = documented.map(({ operation, status }) => `${operation} ${status}`)
    const asked = Object.entries(ANSWERS).flatMap(([operation, answers]) =>
      Object.keys(answers).map((status) => `${operation} ${status}`),
    )
    expect(asked.filter((name) => !names.includes(name))).toEqual([])
    expect(Object.keys(NEVER).filter((name) => asked.includes(name))).toEqual([])
    expect([...asked, ...Object.keys(NEVER)].toSorted()).toEqual(names.toSorted())
  })
})
