import { expect, it } from 'vitest'
import { judge, mean, middle, percentile, ratioOf } from './figures.ts'
import type { Figure } from './section.ts'

const figure = (rest: Partial<Figure>): Figure => ({ what: 'it', value: 30, unit: 'ms', ...rest })

it('takes percentiles by the nearest rank, whatever the order', () => {
  const hundred = Array.from({ length: 100 }, (_, at) => 100 - at)
  expect(percentile(hundred, 0.5)).toBe(50)
  expect(percentile(hundred, 0.99)).toBe(99)
  expect(percentile(hundred, 0)).toBe(1)
  expect(percentile(hundred, 1)).toBe(100)
  expect(percentile([7], 0.99)).toBe(7)
  expect(middle([3, 1, 2])).toBe(2)
  expect(mean([1, 2, 6])).toBe(3)
})

it('has no middle of nothing', () => {
  expect(percentile([], 0.5)).toBeNaN()
})

it('has a ratio only beside something that is not nothing', () => {
  expect(ratioOf(figure({ against: { what: 'other', value: 40 } }))).toBe(0.75)
  expect(ratioOf(figure({ against: { what: 'other', value: 0 } }))).toBeNull()
  expect(ratioOf(figure({ against: { what: 'told before it was noted', value: -6 } }))).toBeNull()
  expect(ratioOf(figure({}))).toBeNull()
})

it('says by how much an aim is missed, as a share of the aim', () => {
  expect(judge(figure({ aim: { of: 'value', atMost: 20 } }))).toEqual({
    reached: false,
    short: 0.5,
  })
  expect(judge(figure({ aim: { of: 'value', atLeast: 40 } }))).toEqual({
    reached: false,
    short: 0.25,
  })
  expect(judge(figure({ aim: { of: 'value', atMost: 30 } }))).toEqual({ reached: true, short: 0 })
})

it('judges a ratio where that is the aim', () => {
  const against = { what: 'other', value: 60 }
  expect(judge(figure({ against, aim: { of: 'ratio', atLeast: 0.5 } }))).toMatchObject({
    reached: true,
  })
  expect(judge(figure({ against, aim: { of: 'ratio', atLeast: 1 } }))).toEqual({
    reached: false,
    short: 0.5,
  })
})

it('judges nothing where nothing was measured', () => {
  expect(judge(figure({}))).toBeNull()
  expect(judge(figure({ value: Number.NaN, aim: { of: 'value', atMost: 1 } }))).toBeNull()
  expect(judge(figure({ aim: { of: 'ratio', atLeast: 1 } }))).toBeNull()
})
