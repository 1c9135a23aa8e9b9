/** What a caller does while the socket opens. */
import { expect, it } from 'vitest'
import { withHost } from '../testing/with-host.ts'

it('is over before anything is submitted, and done while the socket opens', async () => {
  const host = await withHost()
  let finish: (isTo: boolean) => void = () => undefined
  const prepared = new Promise<boolean>((resolve) => {
    finish = resolve
  })
  const session = host.session({ fresh: true, prepared })
  await expect.poll(() => session.has('socket')).toBe(true)
  expect(host.requests).toEqual([])
  finish(true)
  await expect.poll(() => host.pending.length).toBe(1)
})

it('ends the session when it fails, with nothing submitted', async () => {
  const host = await withHost()
  const session = host.session({ prepared: Promise.reject(new RangeError('no store')) })
  await expect(session.end).rejects.toThrow(RangeError)
  expect(host.calls('POST', '/prompt')).toEqual([])
  await expect.poll(() => host.sockets).toEqual([])
})

it('ends the session as withdrawn when there is to be no prompt', async () => {
  const host = await withHost()
  const session = host.session({ fresh: true, prepared: Promise.resolve(false) })
  expect(await session.end).toEqual({ outcome: 'withdrawn', promptId: null })
  expect(host.requests).toEqual([])
  await expect.poll(() => host.sockets).toEqual([])
})
