import { expect, it } from 'vitest'
import { createThroughput } from './throughput.ts'

const MINUTE_MS = 60_000

function start() {
  const clock = { nowMs: 1_000 * MINUTE_MS, now: () => clock.nowMs }
  return { clock, throughput: createThroughput(clock) }
}

it('is nothing at first', () => {
  expect(start().throughput.lastHour).toEqual({ finished: 0, timed: 0, executionMs: 0 })
})

it('adds up what was finished, and the times of what was timed', () => {
  const { clock, throughput } = start()
  throughput.add(100)
  throughput.add(null)
  clock.nowMs += 30 * MINUTE_MS
  throughput.add(300)
  expect(throughput.lastHour).toEqual({ finished: 3, timed: 2, executionMs: 400 })
})

it('forgets what is an hour old, by itself', () => {
  const { clock, throughput } = start()
  throughput.add(100)
  clock.nowMs += MINUTE_MS
  throughput.add(200)
  clock.nowMs += 59 * MINUTE_MS - 1
  expect(throughput.lastHour.finished).toBe(2)
  clock.nowMs += 1
  expect(throughput.lastHour).toEqual({ finished: 1, timed: 1, executionMs: 200 })
  clock.nowMs += MINUTE_MS
  expect(throughput.lastHour.finished).toBe(0)
})
