import { expect, it } from 'vitest'
import { createLogger } from '../logger.ts'
import { createSparing } from './sparing.ts'

const MINUTE = 60_000

/** A clock that goes on when it is told to, and what was written by then. */
function open() {
  const lines: string[] = []
  const timers = new Set<{ at: number; act: () => void }>()
  let now = 0
  const clock = {
    steady: () => now,
    after(ms: number, act: () => void) {
      const timer = { at: now + ms, act }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
  }
  const destination = {
    write(line: string) {
      const { level, msg, more, withinMs, err } = JSON.parse(line) as Record<string, unknown>
      lines.push(JSON.stringify([level, msg, more, withinMs, err !== undefined]))
    },
  }
  const log = createLogger({ level: 'info', name: 'test', destination })
  const sparing = createSparing({ log, clock })
  return {
    timers,
    close: () => sparing.close(),
    say: (alike?: string) =>
      sparing.say({
        level: 'error',
        text: 'unavailable',
        fields: { err: new Error('away') },
        ...(alike !== undefined && { alike }),
      }),
    goOn: (ms: number) => {
      const until = now + ms
      for (;;) {
        const [next] = [...timers].toSorted((one, other) => one.at - other.at)
        if (!next || next.at > until) break
        now = next.at
        timers.delete(next)
        next.act()
      }
      now = until
    },
    /** What was written since it was asked last. */
    told: () => lines.splice(0).map((line) => JSON.parse(line) as unknown[]),
  }
}
const FIRST = ['error', 'unavailable', null, null, true]

it('the first of many is written, and how many there were once none comes any more', () => {
  const { say, goOn, told, timers } = open()
  for (let n = 0; n < 500; n += 1) {
    say('away')
    goOn(200)
  }
  expect(told()).toEqual([FIRST])
  goOn(2 * MINUTE)
  expect(told()).toEqual([['error', 'unavailable: more like it', 499, expect.any(Number), false]])
  expect(timers.size).toBe(0)
  // the next outage is another
  say('away')
  expect(told()).toEqual([FIRST])
  goOn(2 * MINUTE)
  expect(told()).toEqual([])
})

it('what goes on is told every ten minutes, of each kind for itself', () => {
  const { say, goOn, told } = open()
  say('full')
  for (let n = 0; n < 25 * 60; n += 1) {
    say('away')
    goOn(1_000)
  }
  const [, , ...counts] = told()
  expect(counts.map(([, , more]) => more)).toEqual([599, 600])
  expect(counts.map(([, , , withinMs]) => withinMs)).toEqual([10 * MINUTE, 10 * MINUTE])
})

it('what has nothing in common is written each time, and so is what comes after the end', () => {
  const { say, told, close, timers } = open()
  say()
  say()
  say('away')
  say('away')
  close()
  expect(told()).toEqual([FIRST, FIRST, FIRST, ['error', 'unavailable: more like it', 1, 0, false]])
  expect(timers.size).toBe(0)
  say('away')
  expect(told()).toEqual([FIRST])
})

it('a thousand kinds are counted at a time, no more', () => {
  const { say, goOn, told, timers } = open()
  for (let n = 0; n < 1_500; n += 1) say(`kind ${n}`)
  expect(told()).toHaveLength(1_500)
  expect(timers.size).toBe(1_000)
  goOn(2 * MINUTE)
  expect(timers.size).toBe(0)
})
