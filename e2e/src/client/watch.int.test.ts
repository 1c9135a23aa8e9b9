/** `watch`: the whole truth, once and in order, over a wire that is cut again and again. */
import type { JobUpdate } from '@safelight/client'
import { until } from '@safelight/testkit'
import { describe, expect, it } from 'vitest'
import { endOf, getJob, textToImage, whenExecuting } from '../testing/client.ts'
import { expectTruth, useWiredClient } from '../testing/wired-client.ts'
import { slow } from '../testing/workflows.ts'

const on = useWiredClient(5)

/** Takes everything, and lets the test look while it comes. */
function collect(updates: AsyncIterable<JobUpdate>) {
  const heard: JobUpdate[] = []
  const done = (async () => {
    for await (const update of updates) heard.push(update)
    return heard
  })()
  return { heard, done }
}

describe('watch', () => {
  it('gives every event once, in order, though the wire is cut five times', async () => {
    const { id } = await on.client.jobs.submit(slow({ steps: 100, seconds: 0.3 }))
    const { heard, done } = collect(on.client.jobs.watch(id))
    await whenExecuting(on.url, id)
    for (let n = 1; n <= 5; n += 1) {
      // it must not end while the test is busy with the wire
      on.host.faults.set({ held: true })
      const before = heard.at(-1)?.snapshot.seq ?? 0
      on.wire.cut()
      await until(() => heard.at(-1)?.connection === 'reconnecting', { what: 'it is noticed' })
      on.wire.plug()
      await until(() => heard.at(-1)?.connection === 'live', { what: 'it is live again' })
      on.host.faults.set({ held: false })
      await until(() => (heard.at(-1)?.snapshot.seq ?? 0) > before, { what: 'there is news' })
    }
    await done
    expectTruth(heard)
    const last = heard.at(-1)
    expect(last?.snapshot).toMatchObject({ status: 'succeeded', progress: { value: 1 } })
    expect(last?.snapshot.seq).toBe((await getJob(on.url, id)).seq)
    expect(on.wire.connections.webSocket).toBeGreaterThanOrEqual(6)
  })

  it('tells the end of a job that ended while the wire was cut', async () => {
    const { id } = await on.client.jobs.submit(textToImage(60, 4))
    const { heard, done } = collect(on.client.jobs.watch(id))
    await until(() => heard.length > 0, { what: 'the watch has begun' })
    on.wire.cut()
    await endOf(on.url, id)
    on.wire.plug()
    await done
    expectTruth(heard)
    expect(heard.at(-1)?.snapshot.status).toBe('succeeded')
  })

  it('follows one job for many, each complete, over one connection', async () => {
    const { id } = await on.client.jobs.submit(slow({ steps: 30, seconds: 0.3 }))
    const first = collect(on.client.jobs.watch(id))
    await whenExecuting(on.url, id)
    on.host.faults.set({ held: true })
    const late = collect(on.client.jobs.watch(id))
    const withHistory = collect(on.client.jobs.watch(id, { history: true }))
    for (const { heard } of [late, withHistory])
      await until(() => heard.length > 0, { what: 'it is watched' })
    on.host.faults.set({ held: false })
    const all = await Promise.all([first.done, late.done, withHistory.done])
    for (const heard of all) {
      expectTruth(heard)
      expect(heard.at(-1)?.snapshot).toEqual(all[0].at(-1)?.snapshot)
    }
    const end = all[0].at(-1)?.snapshot.seq
    const told = withHistory.heard.flatMap(({ event }) => event?.seq ?? [])
    expect(told).toEqual(Array.from({ length: end ?? 0 }, (_, at) => at + 1))
    expect(late.heard.length).toBeLessThan(told.length)
    expect(on.wire.connections.webSocket).toBe(1)
  })

  it('tells the history of a job that has ended, and then ends', async () => {
    const { jobId, snapshot } = await on.client.jobs.run(textToImage(61, 3))
    const heard = await collect(on.client.jobs.watch(jobId, { history: true })).done
    expect(heard.flatMap(({ event }) => event?.seq ?? [])).toHaveLength(snapshot.seq)
    expect((await collect(on.client.jobs.watch(jobId)).done).map(({ event }) => event)).toEqual([
      null,
    ])
  })

  it('says what has become of each node', async () => {
    const { id } = await on.client.jobs.submit(textToImage(62))
    const { heard, done } = collect(on.client.jobs.watch(id))
    await done
    const states = heard.map(({ snapshot }) => snapshot.nodes)
    const running = states.find((nodes) => nodes['3'] === 'running')
    expect(['done', 'cached']).toContain(running?.['6'])
    expect(running).not.toHaveProperty('9')
    expect(states.at(-1)).toMatchObject({ '3': 'done', '8': 'done', '9': 'done' })
    const again = await on.client.jobs.run(textToImage(62))
    expect(Object.values(again.snapshot.nodes)).toContain('cached')
  })

  it('shows pictures in the making to who asks for them', async () => {
    // nobody is sent one who asks when all are made
    on.host.faults.set({ held: true })
    const { id } = await on.client.jobs.submit(textToImage(63))
    const frames: number[] = []
    const { heard, done } = collect(
      on.client.jobs.watch(id, { onPreview: ({ data }) => void frames.push(data.byteLength) }),
    )
    await until(() => heard.length > 0, { what: 'it is watched' })
    on.host.faults.set({ held: false })
    await done
    expect(frames.length).toBeGreaterThan(0)
    expect(Math.min(...frames)).toBeGreaterThan(100)
  })

  it('ends with the reason when it is aborted, and the job goes on', async () => {
    const { id } = await on.client.jobs.submit(slow({ steps: 20, seconds: 0.5 }))
    const stop = new AbortController()
    const { done } = collect(on.client.jobs.watch(id, { signal: stop.signal }))
    await whenExecuting(on.url, id)
    on.host.faults.set({ held: true })
    stop.abort(new Error('enough'))
    await expect(done).rejects.toThrow('enough')
    on.host.faults.set({ held: false })
    expect((await endOf(on.url, id)).status).toBe('succeeded')
  })

  it('says that there is no such job', async () => {
    const { done } = collect(on.client.jobs.watch('nowhere'))
    await expect(done).rejects.toMatchObject({ name: 'RequestError', code: 'not_found' })
  })

  it('knows the place in line, and that it changes', async () => {
    on.host.faults.set({ held: true })
    const line = Array.from({ length: 5 }, () => slow({ steps: 10, seconds: 0.5 }))
    const jobs = []
    for (const one of line) jobs.push(await on.client.jobs.submit(one))
    const last = jobs.at(-1)?.id ?? ''
    const { heard, done } = collect(on.client.jobs.watch(last))
    await until(() => heard.some(({ queuePosition }) => queuePosition !== null), {
      what: 'it has a place',
    })
    on.host.faults.set({ held: false })
    await done
    const places = heard.flatMap(({ queuePosition }) => queuePosition ?? [])
    expect(places.length).toBeGreaterThan(1)
    expect(places).toEqual(places.toSorted((a, b) => b - a))
    expect(heard.at(-1)?.queuePosition).toBeNull()
  })

  it('leaves nothing open once nothing is watched', async () => {
    await on.client.jobs.run(textToImage(64, 2))
    const isClosed = await until(() => on.wire.open() === 0, { what: 'the connection is closed' })
    expect(isClosed).toBe(true)
  })
})
