/** Where no WebSocket gets through, server-sent events tell the same. */
import { type Client, createClient, type JobUpdate } from '@safelight/client'
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, it } from 'vitest'
import { getJob, whenExecuting } from '../testing/client.ts'
import { type Stack, startStack } from '../testing/stack.ts'
import { until } from '../testing/until.ts'
import { openWire, type Wire } from '../testing/wire.ts'
import { previewing, slow } from '../testing/workflows.ts'

let stack: Stack
let url: string
let wire: Wire
let client: Client
beforeAll(async () => {
  stack = await startStack({ redisUrl: inject('redisUrl'), speed: 5 })
  url = stack.urls[0] ?? ''
})
afterAll(() => stack.close())
beforeEach(async () => {
  wire = await openWire(url)
  client = createClient({ baseUrl: wire.url })
})
afterEach(async () => {
  client.close()
  await wire.close()
})

function follow(id: string) {
  const heard: JobUpdate[] = []
  const previews: number[] = []
  const done = (async () => {
    const onPreview = ({ data }: { data: Uint8Array }) => void previews.push(data.byteLength)
    for await (const update of client.jobs.watch(id, { onPreview })) heard.push(update)
  })()
  return { heard, previews, done }
}

function expectWhole(heard: readonly JobUpdate[]): void {
  const seqs = heard.flatMap(({ event }) => event?.seq ?? [])
  expect(seqs).toEqual(seqs.map((_, at) => (seqs[0] ?? 0) + at))
  const values = heard.map(({ snapshot }) => snapshot.progress?.value ?? 0)
  expect(values).toEqual(values.toSorted((a, b) => a - b))
}

it('follows a job to its end without any socket, previews included', async () => {
  wire.refuseWebSockets(true)
  const { id } = await client.jobs.submit(previewing({ frames: 150, size: 64 }))
  const { heard, previews, done } = follow(id)
  await done
  expectWhole(heard)
  expect(heard.at(-1)?.snapshot.status).toBe('succeeded')
  expect(heard.at(-1)?.snapshot.seq).toBe((await getJob(url, id)).seq)
  expect(previews.length).toBeGreaterThan(0)
}, 30_000)

it('goes over to events when sockets are shut out, and back when they get through, without a gap', async () => {
  const { id } = await client.jobs.submit(slow({ steps: 200, seconds: 0.3 }))
  const { heard, done } = follow(id)
  await whenExecuting(url, id)
  await until(() => heard.at(-1)?.connection === 'live', { what: 'the socket carries it' })

  wire.refuseWebSockets(true)
  await until(() => heard.at(-1)?.connection === 'reconnecting', { what: 'the socket is gone' })
  await until(() => heard.at(-1)?.connection === 'live', { what: 'a stream carries it' })
  const sockets = wire.connections.webSocket

  wire.refuseWebSockets(false)
  await until(() => wire.connections.webSocket > sockets, { what: 'the socket is tried again' })
  await done
  expectWhole(heard)
  expect(heard.at(-1)?.snapshot.status).toBe('succeeded')
  expect(heard.at(-1)?.snapshot.seq).toBe((await getJob(url, id)).seq)
  // one loss of connection was seen, not one per way
  const losses = heard.filter(
    ({ connection }, at) =>
      connection === 'reconnecting' && heard[at - 1]?.connection !== 'reconnecting',
  )
  expect(losses).toHaveLength(1)
}, 40_000)

it('goes on where it was when the stream itself breaks', async () => {
  wire.refuseWebSockets(true)
  const { id } = await client.jobs.submit(slow({ steps: 200, seconds: 0.3 }))
  const { heard, done } = follow(id)
  await until(() => heard.length > 3, { what: 'the stream tells' })
  wire.cut()
  await until(() => heard.at(-1)?.connection === 'reconnecting', { what: 'it is noticed' })
  wire.plug()
  await done
  expectWhole(heard)
  expect(heard.at(-1)?.snapshot.seq).toBe((await getJob(url, id)).seq)
}, 40_000)
