/** What rules and dashboards ask has an answer. `npm run monitoring:check` is the same by hand, on a Redis of its own. */
import { expect, inject, it } from 'vitest'
import { QUICK_WORKER } from '../testing/quick-cluster.ts'
import { checkMonitoring } from './check.ts'
import { findPrometheus } from './prometheus.ts'

const isThere = findPrometheus()
const why = isThere ? '' : ' (skipped: no prometheus on the PATH)'
const LIMIT_MS = 90_000

it.skipIf(!isThere && !inject('requireAll'))(
  `a real Prometheus that scraped a run answers every query, and its numbers are what happened${why}`,
  async () => {
    const { asked, ...findings } = await checkMonitoring({
      redis: { url: inject('redisUrl') },
      worker: QUICK_WORKER,
      signal: AbortSignal.timeout(LIMIT_MS),
    })
    expect(findings).toEqual({ faults: [], empty: [], wrong: [] })
    expect(asked).toBeGreaterThan(100)
  },
  LIMIT_MS,
)
