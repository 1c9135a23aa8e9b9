/** A ticket is spent while the backlog is looked at: who comes in between is not overlooked. */
import { createLogger, systemClock } from '@safelight/runtime'
import { ANY_POOL, type Candidate } from '@safelight/store'
import { expect, it } from 'vitest'
import { newCandidate, newOffer } from '../testing/candidates.ts'
import { startDispatcher } from './dispatcher.ts'

it('looks once more when it has found nobody before its ticket was spent', async () => {
  const waiting: Candidate[] = []
  const begun: string[] = []
  let looks = 0
  let spend = (): void => undefined
  const spent = new Promise<void>((resolve) => (spend = resolve))
  let bring: (ticket: { spent: Promise<void> } | null) => void = () => undefined
  const dispatcher = startDispatcher({
    pools: () => [ANY_POOL],
    openIntake: async () => ({
      take: () => new Promise((resolve) => (bring = resolve)),
      close: async () => bring(null),
    }),
    slots: {
      open: () => [{ ...newOffer('gpu'), slots: 1, pools: [ANY_POOL] }],
      isOpen: () => true,
      whenOpen: async () => undefined,
      missed: () => undefined,
      took: () => undefined,
      freed: () => undefined,
      full: () => undefined,
    },
    backlog: {
      candidates: async () => {
        looks += 1
        return [...waiting]
      },
      isEmpty: async () => waiting.length === 0,
      dispatch: async ({ jobId }) => {
        waiting.length = 0
        return { outcome: 'dispatched', jobId, times: 1 }
      },
    },
    tickets: { wake: async () => undefined },
    openHand: () => null,
    begin: async (_, { jobId }) => void begun.push(jobId),
    affinity: { count: 0, ms: 0 },
    agingMs: null,
    ownerLimit: null,
    timings: { dispatchLookMs: 10_000, queueRetryMs: 10_000 },
    clock: systemClock,
    log: createLogger({ level: 'silent', name: 'test' }),
  })
  const looksWithout = () => looks
  await expect.poll(looksWithout).toBeGreaterThan(0)
  const before = looks
  bring({ spent })
  await expect.poll(looksWithout).toBeGreaterThan(before)
  // announced while the ticket was not spent yet: it adds none
  waiting.push(newCandidate('late'))
  spend()
  await expect.poll(() => begun).toEqual(['late'])
  await dispatcher.close()
})
