import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { costOf, toCostRecords } from './costs.ts'
import { markOf } from './compare-hosts.ts'
import {
  type CostSample,
  learnCosts,
  nameOfWork,
  toMiddleOfSize,
  type Work,
} from './learned-costs.ts'
import { median } from './median.ts'

const WORK: Work = { class: 'KSampler', model: 'a.safetensors', megapixels: 1 }
const nameOf = (quantity: 'step' | 'warm' | 'cold', work: Partial<Work> = {}) =>
  nameOfWork(quantity, { ...WORK, ...work }) ?? ''
const learn = (...entries: [string, number[]][]) =>
  learnCosts(
    new Map(entries.map(([name, all]) => [name, all.map((ms) => ({ ms, by: 'a' }))] as const)),
  )

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
        const node = { ...WORK, loads: false, steps }
        const once = costOf(node, given).cost
        expect(costOf({ ...node, steps: 2 * steps }, given).cost).toBeCloseTo(2 * once, 6)
        expect(costOf({ ...node, megapixels: 2 }, given).cost).toBeCloseTo(2 * once, 6)
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
    const loader = { ...WORK, class: 'Loader', megapixels: null, steps: 0, loads: true }
    const learned = learn(
      [nameOfWork('cold', loader) ?? '', [9_000]],
      [nameOfWork('warm', loader) ?? '', [5]],
    )
    const cost = (isCold: boolean | null) => costOf(loader, { learned, slowness: 1, isCold }).cost
    expect([cost(true), cost(false), cost(null)]).toEqual([9_000, 5, 5])
    const once = learn([nameOfWork('cold', loader) ?? '', [9_000]])
    // whenever it was in place, hosts had what the loader makes as well: it did not run
    expect(costOf(loader, { learned: once, slowness: 1, isCold: false }).cost).toBe(1)
    const user = { ...loader, loads: false }
    expect(costOf(user, { learned: once, slowness: 1, isCold: false }).cost).toBe(9_000)
  })

  it('has no name for what is too long, or would be another name', () => {
    expect(nameOf('step', { class: 'K'.repeat(161) })).toBe('')
    expect(nameOf('step', { model: 'a\nb' })).toBe('')
  })
})

describe('a host', () => {
  /** Two hosts, one three times as slow; each kind of job is mostly the affair of one of them, and every tenth of a kind is far off. */
  it('is told apart from another that is slower, and what is learned is of both', () => {
    const noise = fc.double({ min: 0.95, max: 1.05, noNaN: true })
    const rows = fc.array(fc.array(noise, { minLength: 9, maxLength: 30 }), {
      minLength: 3,
      maxLength: 6,
    })
    fc.assert(
      fc.property(rows, fc.nat(6), (kinds, shift) => {
        const kept = new Map<string, CostSample[]>()
        const workOf = (kind: number) => ({ ...WORK, model: `${kind}.safetensors` })
        const truth = (kind: number, slow: boolean) => 100 * 2 ** kind * (slow ? 3 : 1)
        for (const [kind, row] of kinds.entries()) {
          for (const [at, factor] of row.entries()) {
            // three of nine are the other host's
            const slow = (at % 3 === 0) === (kind % 2 === 0)
            const odd = (at + shift) % 10 === 5 ? 100 : 1
            const work = workOf(kind)
            const measured = {
              quantity: 'step' as const,
              work,
              ms: truth(kind, slow) * factor * odd,
            }
            for (const { name, ...sample } of toCostRecords([measured], slow ? 'slow' : 'fast'))
              kept.set(name, [...(kept.get(name) ?? []), sample].slice(-KEPT))
          }
        }
        const learned = learnCosts(kept)
        const ratio = learned.slownessOf('slow') / learned.slownessOf('fast')
        expect(ratio).toBeGreaterThan(3 * 0.85)
        expect(ratio).toBeLessThan(3 / 0.85)
        for (const slow of [true, false]) {
          const { ms = 0 } = learned.estimate('step', workOf(1)) ?? {}
          const expected = ms * learned.slownessOf(slow ? 'slow' : 'fast')
          expect(expected / truth(1, slow)).toBeGreaterThan(0.8)
          expect(expected / truth(1, slow)).toBeLessThan(1.25)
        }
      }),
    )
  })

  it('is an average one until some of its runs are compared: a kind that no other has done tells nothing', () => {
    const of = (by: string, ...all: number[]) => all.map((ms) => ({ ms, by: markOf(by) }))
    const learned = learnCosts(
      new Map([
        [
          nameOf('step'),
          [...of('one', 100, 100, 100), ...of('two', 400, 400, 400), ...of('new', 9)],
        ],
        [nameOf('step', { model: 'b' }), of('alone', 7, 7, 7, 7)],
      ]),
    )
    expect(['one', 'two', 'new', 'alone', 'nobody'].map((id) => learned.slownessOf(id))).toEqual([
      expect.closeTo(0.5, 5),
      expect.closeTo(2, 5),
      1,
      1,
      1,
    ])
  })
})

it('a measurement is kept as of the middle of its size', () => {
  const work = { ...WORK, megapixels: 1.1 }
  expect(toMiddleOfSize('step', work, 220)).toBeCloseTo(200)
  expect(toMiddleOfSize('warm', work, 220)).toBe(220)
})
