import { expect, it } from 'vitest'
import { acceptJob, openClient, openTestStore } from '@safelight/testkit/vitest'
import { decodePreview, encodePreview } from './previews.ts'

const frame = {
  nodeId: '3',
  contentType: 'image/jpeg',
  data: new Uint8Array([0xff, 0xd8, 0, 0x80, 0xc3, 0x28]),
}

it('keeps the last frame, byte for byte, for a while', async () => {
  const { store, redis, keys } = await openTestStore()
  const jobId = await acceptJob(store)
  expect(await store.loadPreview(jobId)).toBeNull()
  await store.publishPreview(jobId, { ...frame, data: new Uint8Array([1]) })
  await store.publishPreview(jobId, frame)
  expect(await store.loadPreview(jobId)).toEqual(frame)
  expect(await redis.pttl(keys.preview(jobId))).toBeGreaterThan(0)
  // a preview is not an event
  expect((await store.load(jobId))?.seq).toBe(0)
})

it('announces the frame on the channel of previews', async () => {
  const { store, keys } = await openTestStore()
  const jobId = await acceptJob(store)
  const subscriber = await openClient('subscriber')
  const heard = new Promise<Buffer>((resolve) => {
    subscriber.on('messageBuffer', (_channel, bytes) => resolve(bytes))
  })
  await subscriber.subscribe(keys.previews(jobId))
  await store.publishPreview(jobId, frame)
  expect(decodePreview(await heard)).toEqual(frame)
})

it('knows whether anybody listens', async () => {
  const { store, keys } = await openTestStore()
  const jobId = await acceptJob(store)
  expect(await store.showsPreviews(jobId)).toBe(false)
  const subscriber = await openClient('subscriber')
  await subscriber.subscribe(keys.previews(jobId))
  expect(await store.showsPreviews(jobId)).toBe(true)
  await subscriber.unsubscribe(keys.previews(jobId))
  expect(await store.showsPreviews(jobId)).toBe(false)
})

it('publishes nothing of a worker that has been replaced', async () => {
  const { store } = await openTestStore()
  const jobId = await acceptJob(store)
  const token = (await store.claim(jobId))?.token ?? -1
  expect(await store.publishPreview(jobId, frame, token)).toBe('published')
  await store.claim(jobId)
  const late = { ...frame, data: new Uint8Array([1]) }
  expect(await store.publishPreview(jobId, late, token)).toBe('claim_lost')
  expect(await store.loadPreview(jobId)).toEqual(frame)
})

it('takes nothing for a frame that is none', () => {
  const bytes = encodePreview(frame)
  expect(decodePreview(bytes)).toEqual(frame)
  expect(decodePreview(Buffer.alloc(0))).toBeNull()
  expect(decodePreview(bytes.subarray(0, 10))).toBeNull()
  expect(decodePreview(Buffer.from([0, 0, 0, 2, 0x7b, 0x7d]))).toBeNull()
})
