import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { JobEvent } from '@safelight/shared'
import type { Dialect, Simulator } from '@safelight/simulator'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openClient } from '@safelight/testkit/vitest'
import { txt2img } from './testing/graphs.ts'
import { type WorkerStack, startWorkerStack, until } from './testing/stack.ts'

const DIALECTS: Dialect[] = ['0.3.34', '0.3.64', '0.33.0', 'legacy']
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47])

let stack: WorkerStack
let host: Simulator
beforeEach(async () => {
  stack = await startWorkerStack()
})
afterEach(() => stack.close())

const phasesOf = (events: JobEvent[]) => [
  ...new Set(
    events.flatMap((event) => (event.type === 'status' ? [event.phase ?? event.status] : [])),
  ),
]
/** What a watcher sees of a progress; estimates are to the second at best. */
const seenOf = (events: JobEvent[]) =>
  events.flatMap((event) =>
    event.type === 'progress'
      ? [{ ...event.progress, eta_ms: null, nodes: event.nodes ?? null }]
      : [],
  )
const progressOf = (events: JobEvent[]) =>
  events.flatMap((event) => (event.type === 'progress' ? [event.progress] : []))

it.each(DIALECTS)(
  'takes a job from the queue to a stored picture on a %s host',
  async (dialect) => {
    host = await stack.startHost({ dialect, speed: 5 })
    await stack.startWorker([host.url])
    const viewer = await openClient('subscriber')
    host.faults.set({ held: true })
    const jobId = await stack.submit(txt2img({ steps: 8 }))
    // previews are for who looks when there is one, and none is sent once its job is over
    await viewer.subscribe(stack.keys.previews(jobId))
    host.faults.set({ held: false })
    await stack.when(jobId, ({ progress }) => (progress?.step ?? 0) > 0)
    host.faults.set({ held: true })
    const preview = await until(() => stack.store.loadPreview(jobId))
    expect(preview).toMatchObject({ nodeId: '3', contentType: 'image/jpeg' })
    host.faults.set({ held: false })
    const end = await stack.end(jobId)
    expect(end).toMatchObject({ status: 'succeeded', attempt: 1, error: null, warnings: [] })
    expect(end.progress).toMatchObject({ value: 1, kind: 'complete', steps: 8 })

    const { events, complete } = await stack.events(jobId)
    expect(complete).toBe(true)
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, at) => at + 1))
    expect(phasesOf(events)).toEqual([
      'preparing',
      'submitted',
      'executing',
      'collecting',
      'succeeded',
    ])

    const progress = progressOf(events)
    expect(progress[0]).toMatchObject({ kind: 'connected', value: 0, step: 0, steps: 8 })
    const values = progress.map(({ value }) => value)
    expect(values).toEqual(values.toSorted((a, b) => a - b))
    expect(values.filter((value) => value === 1)).toHaveLength(1)

    // hosts say each step twice
    const seen = seenOf(events).map((shown) => JSON.stringify(shown))
    expect(seen.filter((shown, at) => shown === seen[at - 1])).toEqual([])

    const [output] = end.outputs
    expect(output).toMatchObject({ node_id: '9', type: 'image', content_type: 'image/png' })
    const hash = output?.hash.replace('blake3:', '') ?? ''
    const { key = '' } = (await stack.assets.blobOf(`blake3:${hash}`)) ?? {}
    const bytes = await readFile(join(stack.dataDir, 'blobs', key))
    expect(bytes.subarray(0, 4)).toEqual(PNG)
    expect(bytes).toHaveLength(output?.size_bytes ?? 0)
    expect(await stack.assets.load(output?.id ?? '')).toMatchObject({
      job_id: jobId,
      hash: output?.hash,
    })

    const { queue, prepare, execute, collect } = end.times
    for (const ms of [queue, prepare, execute, collect]) expect(ms).toBeGreaterThanOrEqual(0)
    expect(host.executions()).toHaveLength(1)
  },
)
