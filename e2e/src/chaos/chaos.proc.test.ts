/** A short run of chaos; `npm run chaos -- --minutes 10` is the long one. */
import { expect, inject, it } from 'vitest'
import { findRedisServer } from '@safelight/testkit'
import { QUICK_WORKER } from '../testing/quick-cluster.ts'
import { toFindings } from './report.ts'
import { runChaos } from './run.ts'
import { isClean } from './verdict.ts'

/** Its blows come close: eight in this time, of every kind, at everybody. */
const SEED = 4_524
const DURATION_MS = 25_000
/** `npm run chaos -- --waiting 3000` is the large crowd. */
const WAITING = 40
/** So that there is something to lose. */
const AT_LEAST = 15
const RECOVERY_MS = 15_000
/** The run, the time for every job to end, and the time for the watchers. */
const LIMIT_MS = 240_000

const redisBinary = findRedisServer()
const why = redisBinary ? '' : ' (skipped: no redis-server on the PATH)'

it.skipIf(!redisBinary && !inject('requireAll'))(
  `loses no job and no file, runs none twice and lies to no watcher while processes are killed, frozen and poisoned${why}`,
  async () => {
    const { verdict } = await runChaos({
      redisBinary: redisBinary ?? 'redis-server',
      durationMs: DURATION_MS,
      seed: SEED,
      waiting: WAITING,
      atLeast: AT_LEAST,
      worker: QUICK_WORKER,
      signal: AbortSignal.timeout(LIMIT_MS),
    })
    expect(toFindings(verdict)).toEqual([])
    expect(isClean(verdict)).toBe(true)
    expect(verdict.accepted).toBeGreaterThan(WAITING + AT_LEAST)
    expect(verdict.executed).toBeGreaterThan(WAITING + AT_LEAST)
    expect(verdict.connections).toBeGreaterThan(30)
    expect(verdict.mostWaiting).toBeGreaterThan(0)
    expect(verdict.slowest.size).toBeGreaterThan(0)
    expect(verdict.slowest.get('worker')?.ms ?? 0).toBeLessThan(RECOVERY_MS)
    expect(verdict.strangers).toBe(0)
    expect(verdict.files).toBeGreaterThan(WAITING + AT_LEAST)
    expect(verdict.handovers).toBeGreaterThan(0)
  },
  LIMIT_MS,
)
