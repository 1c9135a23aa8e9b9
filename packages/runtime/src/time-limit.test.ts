import { describe, expect, it } from 'vitest'
import { startTimeLimit } from './time-limit.ts'

/** A clock whose timers come late by as much as the test says. */
function createLateClock() {
  let now = 0
  const timers = new Map<object, { at: number; act: () => void }>()
  const clock = {
    now: () => now,
    steady: () => now,
    after(ms: number, act: () => void) {
      const timer = {}
      timers.set(timer, { at: now + ms, act })
      return () => void timers.delete(timer)
    },
  }
  /** Time passes in one piece: nothing runs before its end, and each due timer once. */
  function pass(ms: number): void {
    now += ms
    const due = [...timers].filter(([, { at }]) => at <= now)
    for (const [timer, { act }] of due) {
      timers.delete(timer)
      act()
    }
  }
  return { clock, pass, countTimers: () => timers.size }
}

function start(ms: number) {
  const late = createLateClock()
  let expired = 0
  const callOff = startTimeLimit({ ms, clock: late.clock, onExpired: () => void (expired += 1) })
  return { ...late, callOff, countExpired: () => expired }
}

describe('a time limit', () => {
  it('expires once, soon after its time, when nothing is late', () => {
    const { pass, countExpired } = start(1_000)
    for (let at = 0; at < 1_000; at += 10) {
      expect(countExpired()).toBe(0)
      pass(10)
    }
    pass(10)
    for (let at = 0; at < 1_000; at += 10) pass(10)
    expect(countExpired()).toBe(1)
  })

  it('is not used up by one long pause of the process', () => {
    const { pass, countExpired } = start(1_000)
    pass(60_000)
    for (let at = 0; at < 800; at += 50) pass(50)
    expect(countExpired()).toBe(0)
    for (let at = 0; at < 300; at += 50) pass(50)
    expect(countExpired()).toBe(1)
  })

  it('gives a process that is always late at least so many looks', () => {
    const { pass, countExpired } = start(1_000)
    let looks = 0
    for (; countExpired() === 0; looks++) pass(700)
    expect(looks).toBeGreaterThanOrEqual(10)
  })

  it('looks once more before it ends, however short it is', () => {
    const { pass, countExpired } = start(1)
    pass(5_000)
    expect(countExpired()).toBe(0)
    pass(1)
    expect(countExpired()).toBe(1)
  })

  it('never ends when it is called off, not even in the last moment', () => {
    const { pass, callOff, countExpired, countTimers } = start(50)
    pass(50)
    callOff()
    pass(10_000)
    expect([countExpired(), countTimers()]).toEqual([0, 0])
  })
})
