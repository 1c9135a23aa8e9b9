import { newSnapshot } from '@safelight/testkit'
import { expect, it } from 'vitest'
import { createPhaseStopwatch } from './phase-times.ts'

function at(createdAt: number) {
  let nowMs = createdAt
  const clock = { now: () => nowMs, steady: () => nowMs, after: () => () => {} }
  const pass = (ms: number) => {
    nowMs += ms
  }
  const fresh = newSnapshot({ createdAt })
  return { stopwatch: createPhaseStopwatch(fresh, clock), clock, pass }
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

it('goes on with the times of whoever had the prompt executed', () => {
  const { clock, pass } = at(1_000)
  const times = { queue: 5, prepare: 6, execute: 7, collect: null }
  const collecting = newSnapshot({ createdAt: 1_000, phase: 'collecting', times })
  pass(500)
  const stopwatch = createPhaseStopwatch(collecting, clock)
  pass(40)
  expect(stopwatch.enter(null)).toEqual({ ...times, collect: 40 })
})

it('leaves the times of whoever had begun what is ended without another begin', () => {
  const { clock, pass } = at(1_000)
  const times = { queue: 5, prepare: 6, execute: null, collect: null }
  const canceling = newSnapshot({ createdAt: 1_000, status: 'canceling', attempt: 1, times })
  pass(90_000)
  expect(createPhaseStopwatch(canceling, clock).enter(null)).toEqual(times)
  // a second attempt of one that waited again counts all that went before it
  expect(createPhaseStopwatch(canceling, clock).enter('prepare').queue).toBe(90_000)
})
