/** Node costs as jobs use them: a short memory in front, and never a reason for a job to fail. */
import type { Clock, Logger } from '@safelight/runtime'
import type { NodeCosts } from '@safelight/store'

export interface CostBook {
  /** As past executions measured them; empty when that cannot be read now. */
  costs(): Promise<Awaited<ReturnType<NodeCosts['load']>>>
  record(timings: Record<string, number>): Promise<void>
}

export interface CostBookDeps {
  store: NodeCosts
  /** How long what was read is good enough. */
  freshMs: number
  clock: Clock
  log: Logger
}

export function createCostBook({ store, freshMs, clock, log }: CostBookDeps): CostBook {
  let known: Awaited<ReturnType<NodeCosts['load']>> = {}
  let readAtMs = Number.NEGATIVE_INFINITY
  return {
    async costs() {
      if (clock.steady() - readAtMs < freshMs) return known
      try {
        known = await store.load()
        readAtMs = clock.steady()
      } catch (error) {
        log.warn({ err: error }, 'node costs not read')
      }
      return known
    },
    async record(timings) {
      try {
        await store.record(timings)
      } catch (error) {
        log.warn({ err: error }, 'node costs not recorded')
      }
    },
  }
}
