import { expect, it } from 'vitest'
import { createPhaseStopwatch } from './phase-times.ts'

function at(createdAt: number) {
  let nowMs = createdAt
  const clock = { now: () => nowMs, steady: () => nowMs, after: () => () => {} }
  const pass = (ms: number) => {
    nowMs += ms
  }
  return { stopwatch: createPhaseStopwatch(createdAt, clock), pass }
}

it('measures each phase from its begin to the next one', () => {
  const { stopwatch, pass } = at(1_000)
  pass(50)
  expect(stopwatch.enter('prepare').queue).toBe(50)
  pass(20)
  stopwatch.enter('execute')
  pass(700)
  stopwatch.enter('collect')
  pass(30)
  expect(stopwatch.enter(null)).toEqual({ queue: 50, prepare: 20, execute: 700, collect: 30 })
})

it('leaves a phase that never was at null', () => {
  const { stopwatch, pass } = at(1_000)
  pass(50)
  expect(stopwatch.enter(null)).toEqual({ queue: 50, prepare: null, execute: null, collect: null })
})

it('never measures less than nothing when the acceptor’s clock is ahead', () => {
  const { stopwatch, pass } = at(1_000)
  pass(-500)
  expect(stopwatch.enter('prepare').queue).toBe(0)
})
