import { expect, it } from 'vitest'
import { byValue, missAt } from './errors.ts'

const way = {
  beganMs: 1_000,
  endedMs: 11_000,
  untilMs: 11_000,
  said: [
    { atMs: 1_000, leftMs: null },
    { atMs: 3_000, leftMs: 6_000 },
    { atMs: 9_000, leftMs: 2_000 },
  ],
}

it('judges what was said last by when the end came', () => {
  expect(missAt(way, 0.5)).toEqual({ ms: 2_000, share: 0.2 })
  expect(missAt(way, 0.9)).toEqual({ ms: 0, share: 0 })
})

it('counts shares until a moment before the end, if there is one', () => {
  expect(missAt({ ...way, untilMs: 5_000 }, 0.9)).toEqual({ ms: 2_000, share: 0.2 })
})

it('judges nothing where nothing was said', () => {
  expect(missAt(way, 0.1)).toBeNull()
  expect(missAt({ ...way, said: [] }, 0.9)).toBeNull()
})

it('goes on as a bar has gone so far, once that tells anything', () => {
  const told = [
    { atMs: 1_500, value: 0.5 },
    { atMs: 3_000, value: 0.01 },
    { atMs: 5_000, value: 0.25 },
  ]
  expect(byValue(told, way).map(({ leftMs }) => leftMs)).toEqual([null, null, 12_000])
})
