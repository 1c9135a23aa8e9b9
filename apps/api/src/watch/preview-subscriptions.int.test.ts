import { describe, expect, it } from 'vitest'
import { createRecordingWatcher } from '../testing/recording-watcher.ts'
import { RUNNING } from '../testing/play-worker.ts'
import { accept, startJobWatches, write } from '../testing/start-job-watches.ts'
import { until } from '@safelight/testkit'

describe('previews', () => {
  const frame = (text: string) => ({
    nodeId: '3',
    contentType: 'image/jpeg',
    data: new TextEncoder().encode(text),
  })

  it('come to who asked: the last one first, then the new ones', async () => {
    const { store, watches, keys, countSubscribers } = await startJobWatches()
    const jobId = await accept(store)
    await write(store, jobId, [RUNNING])
    await store.publishPreview(jobId, frame('first'))
    const [asked, other] = [createRecordingWatcher(), createRecordingWatcher()]
    const watch = await watches.subscribe({ jobId, watcher: asked, previews: true })
    await watches.subscribe({ jobId, watcher: other })
    await until(() => asked.previews.length === 1)
    await until(async () => (await countSubscribers(keys.previews(jobId))) === 1)
    await store.publishPreview(jobId, frame('second'))
    await until(() => asked.previews.length === 2)
    expect(asked.previews).toEqual([frame('first'), frame('second')])
    expect(other.previews).toEqual([])
    watch?.close()
    await until(async () => (await countSubscribers(keys.previews(jobId))) === 0)
  })

  it('that are not frames are ignored', async () => {
    const { store, watches, keys, direct, countSubscribers } = await startJobWatches()
    const jobId = await accept(store)
    const watcher = createRecordingWatcher()
    await watches.subscribe({ jobId, watcher, previews: true })
    await until(async () => (await countSubscribers(keys.previews(jobId))) === 1)
    await direct.publish(keys.previews(jobId), 'nonsense')
    await direct.publish(keys.live(jobId), 'nonsense')
    await store.publishPreview(jobId, frame('good'))
    await until(() => watcher.previews.length === 1)
    await write(store, jobId, [RUNNING])
    await until(() => watcher.snapshot?.status === 'running')
    expect([watcher.previews, watcher.resyncs]).toEqual([[frame('good')], []])
  })
})
