import type { JobView } from '@safelight/shared'
import { until } from '@safelight/testkit'
import { beforeEach, describe, expect, inject, it } from 'vitest'
import { submitJob } from '../testing/http.ts'
import { FAILED, progressed, RUNNING } from '../testing/play-worker.ts'
import { shareStack, type ApiStack } from '../testing/api-stack.ts'
import { follow, trackSockets, watch } from '../testing/watch-socket.ts'

let stack: ApiStack
let job: JobView
const open = trackSockets()
shareStack((shared) => (stack = shared))
beforeEach(async () => {
  job = await submitJob(stack.api.url)
})

describe('a client that is cut off', () => {
  it('comes back by itself when the API does, and gets what it missed', async () => {
    const first = await stack.startApi()
    const socket = open(first.url, { reconnectionDelay: 20, reconnectionDelayMax: 50 })
    const before = await follow(socket, { jobId: job.id })
    await stack.append(job.id, RUNNING)
    await until(() => before.snapshot?.seq === 1)
    await first.close()
    await until(() => !socket.connected)
    await stack.append(job.id, progressed(0.5))
    await stack.startApi({ PORT: String(first.port) })
    await until(() => socket.connected)
    const after = await follow(socket, { jobId: job.id, afterSeq: 1 }, before.snapshot)
    await until(() => after.snapshot?.seq === 2)
    expect(after.events).toMatchObject([{ seq: 2, type: 'progress' }])
  })
})

describe('a client that stops reading', () => {
  it('is not queued for without bound, and is right again once it reads', async ({ skip }) => {
    if (inject('redisKind') === 'embedded')
      skip('the embedded Redis is too slow for 18 MB of events')
    const socket = open(stack.api.url)
    const heard = await follow(socket, { jobId: job.id })
    const fast = await follow(open(stack.api.url), { jobId: job.id })
    const transport: unknown = Reflect.get(socket.io.engine.transport, 'ws')
    // the client's own WebSocket, to stop its reading
    const ws = transport as { pause(): void; resume(): void }
    ws.pause()
    await stack.append(job.id, RUNNING)
    const message = 'x'.repeat(20_000)
    const ticks = 900
    for (let tick = 1; tick <= ticks; tick++) {
      await stack.append(job.id, progressed(tick / 2_000, { message }))
    }
    await stack.append(job.id, FAILED)
    await until(() => fast.snapshot?.status === 'failed')
    ws.resume()
    await until(() => heard.snapshot?.status === 'failed')
    expect(heard.events.length).toBeLessThan(ticks)
    expect(heard.resyncs.length).toBeGreaterThan(0)
    expect(heard.snapshot).toEqual(fast.snapshot)
    expect(await watch(socket, { jobId: job.id })).toMatchObject({ ok: true })
  })
})
