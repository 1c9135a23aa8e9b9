import { type IncomingMessage, request as sendRaw } from 'node:http'
import type { JobView } from '@safelight/shared'
import { collect, collectSse, seqs, type SseFrame, until } from '@safelight/testkit'
import { beforeEach, describe, expect, inject, it } from 'vitest'
import { foldNative } from '../testing/fold-native.ts'
import { readError, submitJob } from '../testing/http.ts'
import { FAILED, progressed, RUNNING } from '../testing/play-worker.ts'
import { shareStack, type ApiStack } from '../testing/api-stack.ts'

let stack: ApiStack
let job: JobView
shareStack((shared) => (stack = shared))
beforeEach(async () => {
  job = await submitJob(stack.api.url)
})

describe('the bounds of event streams', () => {
  it('refuses one too many with 429, and has room again when one is closed', async () => {
    const api = await stack.startApi({ MAX_STREAMS_PER_CLIENT: '2' })
    const abort = new AbortController()
    const url = `${api.url}${job.urls.events}`
    const held = await Promise.all([fetch(url, { signal: abort.signal }), fetch(url)])
    const refused = await fetch(url)
    expect([refused.status, (await readError(refused)).code]).toEqual([429, 'too_many_streams'])
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    abort.abort()
    await until(async () => {
      const response = await fetch(url)
      await response.body?.cancel()
      return response.status === 200
    })
    await held[1].body?.cancel()
  })

  it('gives the place back when there is no such job', async () => {
    const api = await stack.startApi({ MAX_STREAMS_PER_CLIENT: '1' })
    for (let count = 0; count < 3; count++) {
      expect((await fetch(`${api.url}/api/v2/jobs/nothing/events`)).status).toBe(404)
    }
  })

  it('a slow reader costs little and still hears the end, in either format', async ({ skip }) => {
    if (inject('redisKind') === 'embedded')
      skip('the embedded Redis is too slow for 30 MB of events')
    const open = (format: string) =>
      openPaused(`${stack.api.url}${job.urls.events}?format=${format}`)
    const [v2, native] = await Promise.all([open('v2'), open('native')])
    const message = 'x'.repeat(60_000)
    await stack.append(job.id, RUNNING)
    for (let tick = 1; tick <= 500; tick++) {
      await stack.append(job.id, progressed(tick / 1_000, { message }))
    }
    const { seq } = await stack.append(job.id, FAILED)
    const [framesOfV2, framesOfNative] = await Promise.all([v2.readAll(), native.readAll()])
    for (const frames of [framesOfV2, framesOfNative]) {
      // 30 MB in full; what the two ends of the socket hold is not ours to bound, and was half of that at most
      expect(frames.length).toBeLessThan(450)
      expect(frames.at(-1)).toMatchObject({ seq })
      const received = seqs(frames)
      expect(received).toEqual([...received].sort((one, other) => one - other))
    }
    const end = { status: 'failed', seq }
    expect(framesOfV2.at(-1)?.data).toMatchObject(end)
    expect(foldNative(framesOfNative)).toMatchObject(end)
  })

  it('ends them all when the process stops', async () => {
    const api = await stack.startApi()
    const { done } = collect(await fetch(`${api.url}${job.urls.events}`))
    await api.close()
    await expect(done).resolves.toBeUndefined()
  })
})

/** Opens the stream and takes nothing out of the socket until `readAll`. */
async function openPaused(url: string) {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    sendRaw(url).on('response', resolve).on('error', reject).end()
  })
  response.pause()
  return {
    async readAll(): Promise<SseFrame[]> {
      const chunks: Buffer[] = []
      for await (const chunk of response) chunks.push(Buffer.from(chunk))
      return collectSse(new Response(Buffer.concat(chunks)))
    },
  }
}
