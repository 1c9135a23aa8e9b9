/** Reads what housekeeping is judged by. */
import { type Clock, remember } from '@safelight/runtime'
import type { HousekeepingView } from '@safelight/shared'
import type { ReadRetained, Sweeps } from '@safelight/store'
import { toHousekeeping } from './judge.ts'
import type { Rules } from './rules.ts'

export interface ReadHousekeepingDeps {
  readRetained: ReadRetained
  sweeps: Pick<Sweeps, 'load'>
  rules: Rules
  /** Redis' time, ms since the epoch. */
  now: () => Promise<number>
  clock: Pick<Clock, 'steady'>
  /** Scrapers and people ask for the same. */
  maxAgeMs: number
}

export function createReadHousekeeping(
  deps: ReadHousekeepingDeps,
): () => Promise<HousekeepingView> {
  const { readRetained, sweeps, rules, now, clock, maxAgeMs } = deps
  const startedAt = clock.steady()
  const { get } = remember(
    async () => {
      const [retained, swept, nowMs] = await Promise.all([readRetained(), sweeps.load(), now()])
      const upMs = clock.steady() - startedAt
      return toHousekeeping(rules, { nowMs, upMs, retained, swept })
    },
    { clock, maxAgeMs },
  )
  return get
}
