import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { costOf, toCostRecords } from './costs.ts'
import {
  learnCosts,
  median,
  nameOfHost,
  nameOfWork,
  toMiddleOfSize,
  type Work,
} from './learned-costs.ts'

const WORK: Work = { class: 'KSampler', model: 'a.safetensors', megapixels: 1 }
const nameOf = (quantity: 'step' | 'warm' | 'cold', work: Partial<Work> = {}) =>
  nameOfWork(quantity, { ...WORK, ...work }) ?? ''
const learn = (...entries: [string, number[]][]) => learnCosts(new Map(entries))

/** What is kept of a row of measurements. */
const KEPT = 9

describe('an estimate', () => {
  it('stays among the good ones when every tenth is wrong by a hundred', () => {
    const row = fc.array(fc.tuple(fc.double({ min: 0.9, max: 1.1, noNaN: true }), fc.boolean()), {
      minLength: KEPT,
      maxLength: 60,
    })
    fc.assert(
      fc.property(row, fc.constantFrom(100, 0.01), (measured, wrongBy) => {
        const values = measured.map(([ms], at) => (at % 10 === 3 ? ms * wrongBy : ms) * 200)
        const { ms = 0 } = learn([nameOf('step'), values.slice(-KEPT)]).estimate('step', WORK) ?? {}
        expect(ms).toBeGreaterThanOrEqual(0.9 * 200)
        expect(ms).toBeLessThanOrEqual(1.1 * 200)
      }),
    )
  })

  it('follows a new card within five runs', () => {
    expect(median([200, 200, 200, 200, 50, 50, 50, 50, 50])).toBe(50)
  })

  it('of twice the steps is twice the time, of twice the picture too', () => {
    const learned = learn([nameOf('step'), [200]])
    const given = { learned, slowness: 1, isCold: false }
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), (steps) => {
        const once = costOf({ ...WORK, steps }, given).cost
        expect(costOf({ ...WORK, steps: 2 * steps }, given).cost).toBeCloseTo(2 * once, 6)
        expect(costOf({ ...WORK, megapixels: 2, steps }, given).cost).toBeCloseTo(2 * once, 6)
      }),
    )
  })

  it('is known of its model and about its size, and inferred from others beyond', () => {
    const learned = learn(
      [nameOf('step'), [200]],
      [nameOf('step', { megapixels: 4 }), [1_000]],
      [nameOf('step', { model: 'b.safetensors' }), [400]],
    )
    const of = (work: Partial<Work>) => learned.estimate('step', { ...WORK, ...work })
    expect(of({})).toEqual({ ms: 200, isKnown: true })
    expect(of({ megapixels: 4 })).toEqual({ ms: 1_000, isKnown: true })
    expect(of({ megapixels: 64 })).toEqual({ ms: 16_000, isKnown: false })
    expect(of({ model: 'c.safetensors' })).toEqual({ ms: 400, isKnown: false })
    expect(of({ class: 'Other' })).toBeNull()
  })

  it('keeps a run with a load apart from one without', () => {
    const loader = { class: 'Loader', model: 'a.safetensors', megapixels: null, steps: 0 }
    const learned = learn(
      [nameOfWork('cold', loader) ?? '', [9_000]],
      [nameOfWork('warm', loader) ?? '', [5]],
    )
    const cost = (isCold: boolean | null) => costOf(loader, { learned, slowness: 1, isCold }).cost
    expect([cost(true), cost(false), cost(null)]).toEqual([9_000, 5, 5])
    const once = learn([nameOfWork('cold', loader) ?? '', [9_000]])
    expect(costOf(loader, { learned: once, slowness: 1, isCold: false }).cost).toBe(600)
  })

  it('has no name for what is too long, or would be another name', () => {
    expect(nameOf('step', { class: 'K'.repeat(161) })).toBe('')
    expect(nameOf('step', { model: 'a\nb' })).toBe('')
    expect(nameOfHost('h'.repeat(161))).toBeNull()
  })
})

describe('a host', () => {
  /** Two hosts, one three times as slow; jobs of several kinds in any order, each measured with some noise. */
  it('is told apart from another that is slower, and what is learned is of both', () => {
    const job = fc.record({
      slow: fc.boolean(),
      kind: fc.nat(2),
      noise: fc.double({ min: 0.95, max: 1.05, noNaN: true }),
    })
    fc.assert(
      fc.property(fc.array(job, { minLength: 120, maxLength: 160 }), (jobs) => {
        fc.pre(Math.abs(jobs.filter(({ slow }) => slow).length / jobs.length - 0.5) < 0.2)
        const kept = new Map<string, number[]>()
        const works = [0, 1, 2].map((kind) => ({ ...WORK, model: `${kind}.safetensors` }))
        const truth = (kind: number, slow: boolean) => 100 * 4 ** kind * (slow ? 3 : 1)
        for (const { slow, kind, noise } of jobs) {
          const work = works[kind] ?? WORK
          const ms = truth(kind, slow) * noise
          const records = toCostRecords([{ quantity: 'step', work, ms }], {
            learned: learnCosts(kept),
            hostId: slow ? 'slow' : 'fast',
          })
          for (const [name, value] of Object.entries(records))
            kept.set(name, [...(kept.get(name) ?? []), value].slice(-KEPT))
        }
        const learned = learnCosts(kept)
        expect(learned.slownessOf('slow') / learned.slownessOf('fast')).toBeCloseTo(3, 0)
        for (const slow of [true, false]) {
          const { ms = 0 } = learned.estimate('step', works[1] ?? WORK) ?? {}
          const expected = ms * learned.slownessOf(slow ? 'slow' : 'fast')
          expect(expected / truth(1, slow)).toBeGreaterThan(0.8)
          expect(expected / truth(1, slow)).toBeLessThan(1.25)
        }
      }),
      { numRuns: 30 },
    )
  })

  it('is an average one until a few of its runs are compared', () => {
    const learned = learn([nameOfHost('new') ?? '', [9, 9]], [nameOfHost('old') ?? '', [2, 2, 2]])
    expect(learned.slownessOf('new')).toBe(1)
    expect(learned.slownessOf('old')).toBe(1)
  })
})

it('a measurement is kept as of the middle of its size', () => {
  const work = { ...WORK, megapixels: 1.1 }
  expect(toMiddleOfSize('step', work, 220)).toBeCloseTo(200)
  expect(toMiddleOfSize('warm', work, 220)).toBe(220)
})
