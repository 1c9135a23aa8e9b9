import { ANY_POOL, type Candidate, NO_NEEDS } from '@safelight/store'
import { describe, expect, it } from 'vitest'
import { newCandidate, newStagedHost as host } from '../testing/candidates.ts'
import {
  pickTakeBacks,
  type StagedHost,
  type StagedJob,
  type TakeBackOptions,
} from './pick-take-backs.ts'

const OPTIONS: TakeBackOptions = {
  affinity: { count: 3, ms: 10_000 },
  agingMs: null,
  nowMs: 1_000_000,
}
const NORMAL = 100
const URGENT = 50

const waits = (jobId: string, more: Partial<Candidate> = {}) =>
  newCandidate(jobId, { band: URGENT, ...more })
const staged = (jobId: string, more: Partial<StagedJob> = {}): StagedJob => ({
  jobId,
  band: NORMAL,
  createdAt: 990_000,
  takenBack: 0,
  startBy: null,
  aheadMs: null,
  ...more,
})
const pick = (candidates: Candidate[], hosts: StagedHost[], more: Partial<TakeBackOptions> = {}) =>
  pickTakeBacks(candidates, hosts, { ...OPTIONS, ...more }).map(
    ({ jobId, forJobId }) => `${jobId} for ${forJobId}`,
  )

it('takes a staged job back for one of higher priority', () => {
  expect(pickTakeBacks([waits('urgent')], [host('gpu', [staged('a')])], OPTIONS)).toEqual([
    { jobId: 'a', hostId: 'gpu', forJobId: 'urgent' },
  ])
})

describe('nothing is taken back', () => {
  it.each<[string, Candidate[], StagedHost[], Partial<TakeBackOptions>?]>([
    ['while nobody waits', [], [host('gpu', [staged('a')])]],
    ['for one of the same priority', [waits('b', { band: NORMAL })], [host('gpu', [staged('a')])]],
    ['for one of lower', [waits('b', { band: 101 })], [host('gpu', [staged('a')])]],
    ['where nothing is staged', [waits('urgent')], [host('gpu', [])]],
    [
      'while the host has a free slot',
      [waits('urgent')],
      [host('gpu', [staged('a')], { hasFreeSlot: true })],
    ],
    [
      'while another host has one',
      [waits('urgent')],
      [host('gpu', [staged('a')]), host('other', [], { hasFreeSlot: true })],
    ],
    [
      'for a job that the host may not run',
      [waits('urgent', { needs: { ...NO_NEEDS, classes: ['Unknown'] } })],
      [host('gpu', [staged('a')], { classes: new Set(['Known']) })],
    ],
    [
      'for a job of a pool that the host does not serve',
      [waits('urgent', { pool: 'video' })],
      [host('gpu', [staged('a')])],
    ],
    [
      'for a job that the host has just failed',
      [
        waits('urgent', {
          needs: { ...NO_NEEDS, avoid: ['gpu'], avoidUntil: OPTIONS.nowMs + 1_000 },
        }),
      ],
      [host('gpu', [staged('a')])],
    ],
    [
      'from a job that had to begin by some time',
      [waits('urgent')],
      [host('gpu', [staged('a', { startBy: 995_000 })])],
    ],
    ['more than three times', [waits('urgent')], [host('gpu', [staged('a', { takenBack: 3 })])]],
    [
      'that has waited so long that it goes before all others',
      [waits('urgent')],
      [host('gpu', [staged('a')])],
      { agingMs: 10_000 },
    ],
    [
      'while its slot would be that of one who has waited too long',
      [waits('old', { band: NORMAL, aged: true }), waits('urgent')],
      [host('gpu', [staged('a')])],
      { agingMs: 60_000 },
    ],
  ])('%s', (...[, candidates, hosts, more]) => {
    expect(pick(candidates, hosts, more)).toEqual([])
  })
})

describe('who gives way', () => {
  it('is the one of the lowest priority, wherever it is', () => {
    const hosts = [
      host('one', [staged('normal')]),
      host('two', [staged('low', { band: NORMAL + 1 })]),
    ]
    expect(pick([waits('urgent')], hosts)).toEqual(['low for urgent'])
  })

  it('is who came last among equals', () => {
    const hosts = [host('gpu', [staged('late', { createdAt: 995_000 }), staged('early')])]
    expect(pick([waits('urgent')], hosts)).toEqual(['late for urgent'])
  })

  it('is another one when the host of the first may not run the job', () => {
    const needs = { ...NO_NEEDS, classes: ['Rare'] }
    const hosts = [
      host('plain', [staged('low', { band: NORMAL + 1 })], { classes: new Set(['Plain']) }),
      host('rare', [staged('normal')], { classes: new Set(['Plain', 'Rare']) }),
    ]
    expect(pick([waits('urgent', { needs })], hosts)).toEqual(['normal for urgent'])
  })

  it('is one for each that waits, and no more', () => {
    const hosts = [host('one', [staged('a'), staged('b')]), host('two', [staged('c')])]
    const waiting = [waits('u1'), waits('u2', { lag: 1 })]
    const taken = pick(waiting, hosts)
    expect(taken).toHaveLength(2)
    expect(new Set(taken.map((text) => text.split(' for ')[1]))).toEqual(new Set(['u1', 'u2']))
    expect(pick([waits('u1')], hosts)).toHaveLength(1)
  })

  it('is nobody for a job that has a free slot elsewhere, though others still need one', () => {
    const hosts = [
      host('video', [staged('a')], { pools: [ANY_POOL, 'video'] }),
      host('plain', [], { hasFreeSlot: true }),
    ]
    const waiting = [waits('anywhere'), waits('film', { pool: 'video', lag: 5 })]
    expect(pick(waiting, hosts)).toEqual(['a for film'])
  })
})
