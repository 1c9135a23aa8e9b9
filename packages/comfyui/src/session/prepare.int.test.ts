/** What a caller does while the socket opens. */
import { expect, it } from 'vitest'
import { withHost } from '../testing/with-host.ts'

it('is over before anything is submitted, is done while the socket opens, and goes along', async () => {
  const host = await withHost()
  let finish = () => {}
  const prepared = new Promise<{ extraData: Record<string, unknown> }>((resolve) => {
    finish = () => resolve({ extraData: { key: 'k' } })
  })
  const session = host.session({ fresh: true, extraData: { a: 1 }, prepare: () => prepared })
  await expect.poll(() => session.has('socket')).toBe(true)
  expect(host.requests).toEqual([])
  finish()
  await expect.poll(() => host.pending.length).toBe(1)
  expect(host.calls('POST', '/prompt')[0]?.body).toMatchObject({ extra_data: { a: 1, key: 'k' } })
})

it('ends the session when it fails, with nothing submitted', async () => {
  const host = await withHost()
  const session = host.session({ prepare: () => Promise.reject(new RangeError('no store')) })
  await expect(session.end).rejects.toThrow(RangeError)
  expect(host.calls('POST', '/prompt')).toEqual([])
  await expect.poll(() => host.sockets).toEqual([])
})
