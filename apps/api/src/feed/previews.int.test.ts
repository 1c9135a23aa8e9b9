import { describe, expect, it } from 'vitest'
import { createTold } from '../testing/feed-client.ts'
import { RUNNING } from '../testing/play-worker.ts'
import { accept, startFeed, write } from '../testing/start-feed.ts'
import { until } from '@safelight/testkit'

describe('previews', () => {
  const frame = (text: string) => ({
    nodeId: '3',
    contentType: 'image/jpeg',
    data: new TextEncoder().encode(text),
  })

  it('come to who asked: the last one first, then the new ones', async () => {
    const { store, feed, keys, countListeners } = await startFeed()
    const jobId = await accept(store)
    await write(store, jobId, [RUNNING])
    await store.publishPreview(jobId, frame('first'))
    const [asked, other] = [createTold(), createTold()]
    const watch = await feed.watch({ jobId, watcher: asked, previews: true })
    await feed.watch({ jobId, watcher: other })
    await until(() => asked.previews.length === 1)
    await until(async () => (await countListeners(keys.previews(jobId))) === 1)
    await store.publishPreview(jobId, frame('second'))
    await until(() => asked.previews.length === 2)
    expect(asked.previews).toEqual([frame('first'), frame('second')])
    expect(other.previews).toEqual([])
    watch?.close()
    await until(async () => (await countListeners(keys.previews(jobId))) === 0)
  })

  it('that are not frames are ignored', async () => {
    const { store, feed, keys, direct, countListeners } = await startFeed()
    const jobId = await accept(store)
    const told = createTold()
    await feed.watch({ jobId, watcher: told, previews: true })
    await until(async () => (await countListeners(keys.previews(jobId))) === 1)
    await direct.publish(keys.previews(jobId), 'nonsense')
    await direct.publish(keys.live(jobId), 'nonsense')
    await store.publishPreview(jobId, frame('good'))
    await until(() => told.previews.length === 1)
    await write(store, jobId, [RUNNING])
    await until(() => told.snapshot?.status === 'running')
    expect([told.previews, told.resyncs]).toEqual([[frame('good')], []])
  })
})
