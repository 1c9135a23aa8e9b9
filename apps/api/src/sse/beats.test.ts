import { setTimeout as pause } from 'node:timers/promises'
import { systemClock } from '@safelight/runtime'
import { expect, it } from 'vitest'
import { createBeats } from './beats.ts'

it('takes one timer for any number of streams, and none for none', async () => {
  let timers = 0
  const clock = {
    ...systemClock,
    after(ms: number, act: () => void) {
      timers += 1
      const callOff = systemClock.after(ms, () => {
        timers -= 1
        act()
      })
      return () => {
        timers -= 1
        callOff()
      }
    },
  }
  const beats = createBeats({ everyMs: 1, clock })
  const heard = [0, 0, 0]
  const ends = heard.map((_, at) => beats.add(() => void (heard[at] = (heard[at] ?? 0) + 1)))
  expect(timers).toBe(1)
  while (heard.some((count) => count < 2)) await pause(1)
  expect(new Set(heard).size).toBe(1)
  for (const end of ends) end()
  expect(timers).toBe(0)
  const after = [...heard]
  beats.add(() => undefined)()
  expect([timers, heard]).toEqual([0, after])
})
