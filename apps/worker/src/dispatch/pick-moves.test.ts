import { ANY_POOL, NO_NEEDS, type StagedJobElsewhere } from '@safelight/store'
import { expect, it } from 'vitest'
import { newFitHost } from '../testing/candidates.ts'
import type { FitHost } from './dispatcher.ts'
import { mayMove, pickMoves } from './pick-moves.ts'

const OPTIONS = { nowMs: 100_000, moveAfterMs: 3_000, moveToLoadAfterMs: 15_000 }
const job = (jobId: string, more: Partial<StagedJobElsewhere> = {}): StagedJobElsewhere => ({
  jobId,
  pool: ANY_POOL,
  hostId: 'busy',
  band: 100,
  needs: NO_NEEDS,
  dispatchedAt: 50_000,
  ...more,
})
const needing = (...files: string[]) => ({ needs: { ...NO_NEEDS, files } })
const pick = (staged: StagedJobElsewhere[], ...idle: FitHost[]) =>
  pickMoves(staged, idle, OPTIONS).map(({ jobId, byHostId }) => `${jobId} to ${byHostId}`)

it('asks for the job of the highest priority, and of those for the one that was staged first; each host for another', () => {
  const jobs = [job('late', { dispatchedAt: 60_000 }), job('early'), job('urgent', { band: 50 })]
  expect(pick(jobs, newFitHost('a'), newFitHost('b'))).toEqual(['urgent to a', 'early to b'])
})

it('asks for none that was staged just now, and for one whose models it must load only after some time', () => {
  const at = (stagedMs: number) => ({ dispatchedAt: OPTIONS.nowMs - stagedMs })
  expect(pick([job('new', at(2_999))], newFitHost('a'))).toEqual([])
  expect(pick([job('new', at(3_000))], newFitHost('a'))).toHaveLength(1)
  const heavy = (stagedMs: number) => [job('heavy', { ...at(stagedMs), ...needing('xl') })]
  expect(pick(heavy(14_999), newFitHost('a'))).toEqual([])
  expect(pick(heavy(15_000), newFitHost('a'))).toHaveLength(1)
  expect(pick(heavy(3_000), newFitHost('a', { loaded: new Set(['xl']) }))).toHaveLength(1)
})

it('asks first for one whose models it has', () => {
  const jobs = [job('other', needing('xl')), job('its own', needing('sd'))]
  expect(pick(jobs, newFitHost('a', { loaded: new Set(['sd']) }))).toEqual(['its own to a'])
})

it('asks for none that it may not run', () => {
  const host = newFitHost('a', { classes: new Set(['KSampler']) })
  expect(pick([job('odd', { needs: { ...NO_NEEDS, classes: ['Odd'] } })], host)).toEqual([])
  expect(pick([job('video', { pool: 'video' })], host)).toEqual([])
})

const STAGED = { takenBack: 0, startBy: null, aheadMs: 10_000 }
const ASKED = { worthMs: 3_000, askedForMs: 0 }
it.each([
  ['would wait long enough', { aheadMs: 3_000 }, true],
  ['would be next sooner', { aheadMs: 2_999 }, false],
  ['should have been next by now', { aheadMs: 0, askedForMs: 3_000 }, true],
  ['would have its models loaded sooner than elsewhere', { worthMs: 15_000 }, false],
  ['nobody can tell of', { aheadMs: null }, true],
  ['has gone often enough', { takenBack: 3 }, false],
  ['would be too late elsewhere', { startBy: 1 }, false],
])('lets one go, or not, that %s', (_, over, may) => {
  const { worthMs, askedForMs, ...staged } = { ...STAGED, ...ASKED, ...over }
  expect(mayMove(staged, { worthMs, askedForMs })).toBe(may)
})
