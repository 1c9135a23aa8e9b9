import { expect, it } from 'vitest'
import { type ControlMessage, publishControl, subscribeControl } from './control.ts'
import { openClient, openTestStore } from '@safelight/testkit/vitest'

it('reaches every worker, and nobody after it stopped listening', async () => {
  const { redis, keys } = await openTestStore()
  const heard: ControlMessage[][] = [[], []]
  const subscriptions = await Promise.all(
    heard.map(async (messages) =>
      subscribeControl({
        subscriber: await openClient('subscriber'),
        keys,
        onMessage: (message) => void messages.push(message),
      }),
    ),
  )
  const cancel = (jobId: string) => ({ type: 'cancel', jobId }) as const
  await publishControl(redis, keys, cancel('a'))
  await expect.poll(() => heard).toEqual([[cancel('a')], [cancel('a')]])
  await subscriptions[0]?.close()
  await publishControl(redis, keys, cancel('b'))
  await expect.poll(() => heard[1]).toEqual([cancel('a'), cancel('b')])
  expect(heard[0]).toEqual([cancel('a')])
})

it('does not hear what is not a control message', async () => {
  const { redis, keys } = await openTestStore()
  const heard: ControlMessage[] = []
  await subscribeControl({
    subscriber: await openClient('subscriber'),
    keys,
    onMessage: (message) => void heard.push(message),
  })
  const long = 'x'.repeat(1_000)
  const looks = [Array.from({ length: 10_000 }, () => 'A'), [long], [''], 'A', [{}], null]
  const noises = ['', 'no json', '{}', '{"type":"cancel"}', '{"type":"stop","jobId":"a"}'].concat(
    JSON.stringify({ type: 'cancel', jobId: long }),
    looks.map((classes) => JSON.stringify({ type: 'look', classes })),
  )
  for (const noise of noises) {
    await redis.publish(keys.control, noise)
  }
  await publishControl(redis, keys, { type: 'cancel', jobId: 'a' })
  await expect.poll(() => heard).toEqual([{ type: 'cancel', jobId: 'a' }])
})
