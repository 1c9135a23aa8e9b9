import { expect, it } from 'vitest'
import type { Clock } from '@safelight/runtime'
import { createCoalescer } from './coalesce.ts'

/** Time that passes when told to. */
function createFakeClock() {
  let nowMs = 1_000
  let timers: { atMs: number; act: () => void }[] = []
  const clock: Clock = {
    now: () => nowMs,
    steady: () => nowMs,
    after(ms, act) {
      const timer = { atMs: nowMs + ms, act }
      timers.push(timer)
      return () => {
        timers = timers.filter((other) => other !== timer)
      }
    },
  }
  return {
    clock,
    pending: () => timers.length,
    pass: async (ms: number) => {
      nowMs += ms
      const due = timers.filter((timer) => timer.atMs <= nowMs)
      timers = timers.filter((timer) => timer.atMs > nowMs)
      for (const { act } of due) act()
      await settle()
    },
  }
}

/** Lets promises that are already settled run their continuations. */
async function settle() {
  await new Promise((resolve) => setImmediate(resolve))
}

function create(emit?: (value: number) => Promise<void>) {
  const time = createFakeClock()
  const emitted: number[] = []
  const coalescer = createCoalescer<number>({
    everyMs: 100,
    clock: time.clock,
    emit: async (value) => {
      emitted.push(value)
      await emit?.(value)
    },
  })
  return { ...time, coalescer, emitted }
}

it('emits the first value at once', () => {
  const { coalescer, emitted } = create()
  coalescer.push(1)
  expect(emitted).toEqual([1])
})

it('emits only the latest of the values within an interval, at its end', async () => {
  const { coalescer, emitted, pass } = create()
  coalescer.push(1)
  await settle()
  coalescer.push(2)
  coalescer.push(3)
  await pass(99)
  expect(emitted).toEqual([1])
  await pass(1)
  expect(emitted).toEqual([1, 3])
})

it('emits at most ten a second however fast values come', async () => {
  const { coalescer, emitted, pass } = create()
  for (let ms = 0; ms < 1_000; ms += 5) {
    coalescer.push(ms)
    await pass(5)
  }
  expect(emitted.length).toBeGreaterThanOrEqual(9)
  expect(emitted.length).toBeLessThanOrEqual(11)
})

it('emits at once after a pause', async () => {
  const { coalescer, emitted, pass } = create()
  coalescer.push(1)
  await pass(500)
  coalescer.push(2)
  expect(emitted).toEqual([1, 2])
})

it('never has two emissions under way, and goes on with the latest', async () => {
  let finish = () => {}
  const { coalescer, emitted, pass } = create(
    () =>
      new Promise<void>((resolve) => {
        finish = resolve
      }),
  )
  coalescer.push(1)
  coalescer.push(2)
  await pass(1_000)
  coalescer.push(3)
  expect(emitted).toEqual([1])
  finish()
  await settle()
  expect(emitted).toEqual([1, 3])
})

it('flushes what is held back, without waiting for the interval', async () => {
  const { coalescer, emitted, pending } = create()
  coalescer.push(1)
  coalescer.push(2)
  await coalescer.flush()
  expect(emitted).toEqual([1, 2])
  expect(pending()).toBe(0)
})

it('drops what is held back when it closes, and leaves no timer', async () => {
  const { coalescer, emitted, pass, pending } = create()
  coalescer.push(1)
  await settle()
  coalescer.push(2)
  expect(pending()).toBe(1)
  coalescer.close()
  expect(pending()).toBe(0)
  await pass(1_000)
  expect(emitted).toEqual([1])
})
