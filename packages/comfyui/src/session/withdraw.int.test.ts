/** A prompt that is wanted elsewhere: taken back while it only waits on its host, left alone once it has begun. */
import { expect, it } from 'vitest'
import { SLOW_WORKFLOW } from '../testing/session.ts'
import { withHost } from '../testing/with-host.ts'

const theirs = { promptId: 'theirs', clientId: 'them', workflow: SLOW_WORKFLOW }

it.each(['0.33.0', '0.3.34'])('takes a waiting prompt back, on %s', async (version) => {
  const host = await withHost(version)
  host.enqueue(theirs)
  host.start()
  const withdrawal = new AbortController()
  const session = host.session({ withdrawal: withdrawal.signal })
  await expect.poll(() => session.has('submitted')).toBe(true)
  const [ours] = host.pending
  withdrawal.abort()
  expect(await session.end).toEqual({ outcome: 'withdrawn', promptId: ours?.promptId })
  expect(host.pending).toEqual([])
  expect(host.running.map(({ promptId }) => promptId)).toEqual(['theirs'])
  expect(host.calls('POST', '/interrupt')).toEqual([])
})

it('leaves one alone that begins before it could be taken back', async () => {
  const host = await withHost()
  const withdrawal = new AbortController()
  const session = host.session({ withdrawal: withdrawal.signal })
  await expect.poll(() => host.pending.length).toBe(1)
  host.intercept = (request) => {
    if (request.method === 'POST' && request.path === '/queue') host.start()
    return false
  }
  withdrawal.abort()
  await expect.poll(() => host.running.length).toBe(1)
  await expect.poll(() => session.has('running')).toBe(true)
  host.finish()
  expect(await session.end).toMatchObject({ outcome: 'succeeded' })
  expect(host.calls('POST', '/interrupt')).toEqual([])
})

it('can be canceled after it was asked back in vain', async () => {
  const host = await withHost()
  const withdrawal = new AbortController()
  const session = host.session({ withdrawal: withdrawal.signal })
  await expect.poll(() => host.pending.length).toBe(1)
  host.start()
  await expect.poll(() => session.messageTypes()).toContain('execution_start')
  withdrawal.abort()
  host.intercept = (request) => {
    if (request.path === '/interrupt') host.finish('execution_interrupted')
    return false
  }
  session.abort('cancel')
  expect(await session.end).toMatchObject({ outcome: 'canceled' })
})

it('posts nothing when it is wanted elsewhere before it was posted', async () => {
  const host = await withHost()
  const session = host.session({ withdrawal: AbortSignal.abort() })
  expect(await session.end).toEqual({ outcome: 'withdrawn', promptId: null })
  expect(host.calls('POST', '/prompt')).toEqual([])
})

it('takes back what an earlier life of the attempt has posted', async () => {
  const host = await withHost()
  host.enqueue(theirs)
  host.start()
  const first = host.session()
  await expect.poll(() => first.has('submitted')).toBe(true)
  first.abort('shutdown')
  expect(await first.end).toMatchObject({ outcome: 'detached' })
  const { promptId } = first
  const session = host.session({ promptId, withdrawal: AbortSignal.abort() })
  expect(await session.end).toEqual({ outcome: 'withdrawn', promptId })
  expect(host.pending).toEqual([])
  expect(host.calls('POST', '/prompt')).toHaveLength(1)
})
