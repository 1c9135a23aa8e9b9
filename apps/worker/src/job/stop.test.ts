import { getEventListeners } from 'node:events'
import { expect, it } from 'vitest'
import { createStopSwitch } from './stop.ts'

it('stops for the first reason that is given, from within or from without', () => {
  const outer = new AbortController()
  const within = createStopSwitch(outer.signal)
  within.stop('cancel')
  outer.abort('shutdown')
  expect([within.signal.aborted, within.reason]).toEqual([true, 'cancel'])
  expect(createStopSwitch(outer.signal).reason).toBe('shutdown')
  within.stop('claim-lost')
  expect(within.reason).toBe('claim-lost')
})

it('takes an abort without a reason of ours for a lost claim', () => {
  const outer = new AbortController()
  const stop = createStopSwitch(outer.signal)
  outer.abort()
  expect(stop.reason).toBe('claim-lost')
})

it('gives its slot back when it is asked to, or its host gets nothing new', () => {
  const leaving = new AbortController()
  const asked = createStopSwitch(undefined, leaving.signal)
  const other = createStopSwitch(undefined, leaving.signal)
  asked.withdraw()
  expect([asked.withdrawal.aborted, other.withdrawal.aborted]).toEqual([true, false])
  leaving.abort()
  expect([other.withdrawal.aborted, other.reason]).toEqual([true, null])
})

it('leaves nothing behind at a host that lives longer', () => {
  const leaving = new AbortController()
  const ticket = new AbortController()
  const stop = createStopSwitch(ticket.signal, leaving.signal)
  stop.close()
  expect(getEventListeners(leaving.signal, 'abort')).toEqual([])
  expect(getEventListeners(ticket.signal, 'abort')).toEqual([])
  leaving.abort()
  ticket.abort('shutdown')
  expect([stop.withdrawal.aborted, stop.signal.aborted]).toEqual([false, false])
})
