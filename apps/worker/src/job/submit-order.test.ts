import { NotSubmitted } from '@safelight/comfyui'
import { expect, it } from 'vitest'
import { createManualTime, settle } from '../testing/manual-time.ts'
import { createSubmitOrder, type SubmitPlace } from './submit-order.ts'

function openOrder() {
  const time = createManualTime()
  const order = createSubmitOrder({ atMostMs: 2_000, clock: time.clock })
  const submitted: string[] = []
  const { signal } = new AbortController()
  const submit = async (name: string, place: SubmitPlace) => {
    await place.turn(signal)
    submitted.push(name)
    place.leave()
  }
  return { order, time, submitted, submit, signal }
}

it('is that in which they came, however soon each is ready', async () => {
  const { order, time, submitted, submit } = openOrder()
  const [first, second, third] = [order.enter(), order.enter(), order.enter()]
  await Promise.all([submit('third', third), submit('second', second), submit('first', first)])
  expect(submitted).toEqual(['first', 'second', 'third'])
  expect(time.pending()).toBe(0)
})

it('does not wait for one that is over without a prompt', async () => {
  const { order, submitted, submit } = openOrder()
  const [first, second] = [order.enter(), order.enter()]
  const done = submit('second', second)
  first.leave()
  await done
  expect(submitted).toEqual(['second'])
})

it('goes on without one that takes too long, for whoever comes later, too', async () => {
  const { order, time, submitted, submit } = openOrder()
  const slow = order.enter()
  const done = submit('second', order.enter())
  time.pass(1_999)
  await settle()
  expect(submitted).toEqual([])
  time.pass(1)
  await done
  await submit('third', order.enter())
  await submit('slow', slow)
  expect(submitted).toEqual(['second', 'third', 'slow'])
  expect(time.pending()).toBe(0)
})

it('is kept by those behind one that takes too long', async () => {
  const { order, time, submitted, submit, signal } = openOrder()
  order.enter()
  const [second, third] = [order.enter(), order.enter()]
  const last = submit('third', third)
  const begun = second.turn(signal).then(() => submitted.push('second begins'))
  time.pass(2_000)
  await begun
  await settle()
  // its bytes are on their way
  expect(submitted).toEqual(['second begins'])
  second.leave()
  await last
  expect(submitted).toEqual(['second begins', 'third'])
  expect(time.pending()).toBe(0)
})

it('does not wait for ever where one after another takes too long', async () => {
  const { order, time, submitted, submit, signal } = openOrder()
  order.enter()
  const hangs = order.enter().turn(signal)
  const last = submit('third', order.enter())
  time.pass(2_000)
  await hangs
  await settle()
  expect(submitted).toEqual([])
  time.pass(2_000)
  await last
  expect(time.pending()).toBe(0)
})

it('is no matter of one that is called off: it submits nothing, at once', async () => {
  const { order, time } = openOrder()
  order.enter()
  const off = new AbortController()
  const turn = order.enter().turn(off.signal)
  off.abort('cancel')
  await expect(turn).rejects.toThrow(NotSubmitted)
  expect(time.pending()).toBe(0)
  await expect(order.enter().turn(off.signal)).rejects.toMatchObject({ cause: 'cancel' })
})
