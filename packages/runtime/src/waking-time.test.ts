import { expect, it } from 'vitest'
import { startWakingTime } from './waking-time.ts'

/** Nothing is due before the end of what passes in one piece. */
function createFreezingClock() {
  let now = 1_000
  const due = new Map<object, { at: number; act: () => void }>()
  return {
    clock: {
      steady: () => now,
      after(ms: number, act: () => void) {
        const timer = {}
        due.set(timer, { at: now + ms, act })
        return () => void due.delete(timer)
      },
    },
    pass: (ms: number) => {
      now += ms
      for (const [timer, { at, act }] of due) if (at <= now && due.delete(timer)) act()
    },
    timers: () => due.size,
  }
}

it('goes on with the clock, however busy the process is', () => {
  const { clock, pass } = createFreezingClock()
  const waking = startWakingTime(clock)
  const from = waking.now()
  for (let n = 0; n < 100; n += 1) pass(100)
  expect(waking.now() - from).toBe(10_000)
  for (let n = 0; n < 10; n += 1) pass(900)
  expect(waking.now() - from).toBe(19_000)
})

it('stands still while the process does, seen before its first tick and after', () => {
  const { clock, pass } = createFreezingClock()
  const waking = startWakingTime(clock)
  pass(250)
  const from = waking.now()
  pass(60_000)
  const awake = waking.now()
  expect(awake - from).toBeLessThanOrEqual(1_000)
  pass(100)
  expect(waking.now() - awake).toBe(100)
})

it('never goes back, also between two ticks', () => {
  const { clock, pass } = createFreezingClock()
  const waking = startWakingTime(clock)
  const seen = [waking.now()]
  for (const ms of [240, 20, 5_000, 1, 999, 240, 240]) {
    pass(ms)
    seen.push(waking.now())
  }
  expect(seen).toEqual(seen.toSorted((a, b) => a - b))
})

it('leaves no timer behind', () => {
  const { clock, pass, timers } = createFreezingClock()
  const waking = startWakingTime(clock)
  pass(300)
  waking.close()
  expect(timers()).toBe(0)
})
