/** Learned node costs as jobs use them: a short memory in front, and never a reason for a job to fail. */
import type { Clock, Logger } from '@safelight/runtime'
import type { NodeCosts } from '@safelight/store'

export interface CostBook {
  /** What past runs taught; empty when that cannot be read now. */
  costs(): Promise<Awaited<ReturnType<NodeCosts['load']>>>
  learn(timings: Record<string, number>): Promise<void>
}

/** Costs move slowly: a burst of jobs need not read them each. */
const FRESH_MS = 30_000

export function createCostBook(deps: { store: NodeCosts; clock: Clock; log: Logger }): CostBook {
  const { store, clock, log } = deps
  let known: Awaited<ReturnType<NodeCosts['load']>> = {}
  let readAtMs = Number.NEGATIVE_INFINITY
  return {
    async costs() {
      if (clock.now() - readAtMs < FRESH_MS) return known
      try {
        known = await store.load()
        readAtMs = clock.now()
      } catch (error) {
        log.warn({ err: error }, 'node costs not read')
      }
      return known
    },
    async learn(timings) {
      try {
        await store.learn(timings)
      } catch (error) {
        log.warn({ err: error }, 'node costs not learned')
      }
    },
  }
}
