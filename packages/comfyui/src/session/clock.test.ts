import { expect, it } from 'vitest'
import { createManualClock } from '../testing/manual-clock.ts'
import { createWake } from './clock.ts'

const never = new AbortController().signal
const pause = (ms: number) => ({ ms, jitter: false })

it('waits until time is up', async () => {
  const clock = createManualClock()
  await clock.run(createWake(clock).wait(pause(70), never))
  expect(clock.now()).toBe(70)
})

it('ends the wait when woken, or the next one when nobody waits, but only one', async () => {
  const clock = createManualClock()
  const wake = createWake(clock)
  const waiting = wake.wait(pause(70), never)
  wake.wake()
  await waiting
  wake.wake()
  wake.wake()
  await wake.wait(pause(70), never)
  expect(clock.now()).toBe(0)
  await clock.run(wake.wait(pause(70), never))
  expect(clock.now()).toBe(70)
})

it('throws the reason of the signal, before the wait and in it', async () => {
  const wake = createWake(createManualClock())
  const controller = new AbortController()
  const waiting = wake.wait(pause(70), controller.signal)
  controller.abort(new RangeError('enough'))
  await expect(waiting).rejects.toThrow(RangeError)
  await expect(wake.wait(pause(70), controller.signal)).rejects.toThrow(RangeError)
})

it('takes between half and all of a wait with jitter', async () => {
  const clock = createManualClock()
  const wake = createWake(clock)
  for (const _ of Array.from({ length: 20 })) {
    const startedAt = clock.now()
    await clock.run(wake.wait({ ms: 100, jitter: true }, never))
    expect(clock.now() - startedAt).toBeGreaterThanOrEqual(50)
    expect(clock.now() - startedAt).toBeLessThanOrEqual(100)
  }
})
