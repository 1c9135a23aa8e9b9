import { expect, it } from 'vitest'
import { type Clock, sleep } from './clock.ts'

function openClock() {
  const timers: { ms: number; act: () => void }[] = []
  const clock: Clock = {
    now: () => 0,
    steady: () => 0,
    after(ms, act) {
      const timer = { ms, act }
      timers.push(timer)
      return () => void timers.splice(timers.indexOf(timer), 1)
    },
  }
  return { clock, timers }
}

it('waits as long as it is told, by the clock it is given', async () => {
  const { clock, timers } = openClock()
  const waiting = sleep(clock, 1_000_000)
  expect(timers.map(({ ms }) => ms)).toEqual([1_000_000])
  timers[0]?.act()
  await waiting
})

it('stops waiting when its signal aborts, with the reason and without a timer left', async () => {
  const { clock, timers } = openClock()
  const leaving = new AbortController()
  const waiting = sleep(clock, 1_000_000, leaving.signal)
  leaving.abort('shutdown')
  await expect(waiting).rejects.toBe('shutdown')
  expect(timers).toEqual([])
  await expect(sleep(clock, 1, leaving.signal)).rejects.toBe('shutdown')
})
