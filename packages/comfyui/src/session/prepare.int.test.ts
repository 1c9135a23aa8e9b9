/** What a caller does while the socket opens. */
import { expect, it } from 'vitest'
import { withHost } from '../testing/with-host.ts'

it('is over before anything is submitted, and done while the socket opens', async () => {
  const host = await withHost()
  let finish = () => {}
  const prepared = new Promise<void>((resolve) => {
    finish = resolve
  })
  const session = host.session({ fresh: true, prepare: () => prepared })
  await expect.poll(() => session.has('socket')).toBe(true)
  expect(host.requests).toEqual([])
  finish()
  await expect.poll(() => host.pending.length).toBe(1)
})

it('ends the session when it fails, with nothing submitted', async () => {
  const host = await withHost()
  const session = host.session({ prepare: () => Promise.reject(new RangeError('no store')) })
  await expect(session.end).rejects.toThrow(RangeError)
  expect(host.calls('POST', '/prompt')).toEqual([])
  await expect.poll(() => host.sockets).toEqual([])
})
