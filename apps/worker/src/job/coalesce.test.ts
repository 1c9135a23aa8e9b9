import { expect, it } from 'vitest'
import { createManualTime, settle } from '../testing/manual-time.ts'
import { createCoalescer } from './coalesce.ts'

function create(emit?: (value: number) => Promise<void>, ahead = 1) {
  const time = createManualTime(1_000)
  const emitted: number[] = []
  const coalescer = createCoalescer<number>({
    everyMs: 100,
    ahead,
    clock: time.clock,
    emit: async (value) => {
      emitted.push(value)
      await emit?.(value)
    },
  })
  const pass = async (ms: number) => {
    time.pass(ms)
    await settle()
  }
  return { coalescer, emitted, pass, pending: time.pending }
}

it('emits the first value at once', () => {
  const { coalescer, emitted } = create()
  coalescer.push(1)
  expect(emitted).toEqual([1])
})

it('emits only the latest of what is said in one breath, and then of each interval', async () => {
  const { coalescer, emitted, pass } = create()
  coalescer.push(1)
  await settle()
  coalescer.push(2)
  coalescer.push(3)
  await pass(19)
  expect(emitted).toEqual([1])
  await pass(1)
  expect(emitted).toEqual([1, 3])
  coalescer.push(4)
  await pass(79)
  coalescer.push(5)
  expect(emitted).toEqual([1, 3])
  await pass(1)
  expect(emitted).toEqual([1, 3, 5])
})

it('keeps to its intervals where nothing may be ahead of its time', async () => {
  const { coalescer, emitted, pass } = create(undefined, 0)
  coalescer.push(1)
  await pass(5)
  coalescer.push(2)
  await pass(94)
  expect(emitted).toEqual([1])
  await pass(1)
  expect(emitted).toEqual([1, 2])
})

it.each([1, 5, 25, 60, 90])(
  'emits ten a second on average however fast values come: every %d ms',
  async (everyMs) => {
    const { coalescer, emitted, pass } = create()
    for (let ms = 0; ms < 3_000; ms += everyMs) {
      coalescer.push(ms)
      await pass(everyMs)
    }
    expect(emitted.length).toBeGreaterThanOrEqual(29)
    expect(emitted.length).toBeLessThanOrEqual(32)
  },
)

it('emits each of the values that come slower than that at once', async () => {
  const { coalescer, emitted, pass } = create()
  for (let tick = 0; tick < 20; tick += 1) {
    coalescer.push(tick)
    await pass(130)
  }
  expect(emitted).toEqual(Array.from({ length: 20 }, (_, tick) => tick))
})

it('does not let what was said in between keep the next tick', async () => {
  const { coalescer, emitted, pass } = create()
  coalescer.push(1)
  await pass(5)
  coalescer.push(1.5)
  await pass(15)
  expect(emitted).toEqual([1, 1.5])
  await pass(80)
  coalescer.push(2)
  expect(emitted).toEqual([1, 1.5, 2])
})

it('has what is said in one breath in two emissions, however often it comes', async () => {
  const { coalescer, emitted, pass } = create()
  for (const value of [1, 2, 3, 4, 5, 6]) {
    coalescer.push(value)
    await pass(2)
  }
  await pass(200)
  expect(emitted).toEqual([1, 6])
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
