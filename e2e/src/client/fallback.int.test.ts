/** Where no WebSocket gets through, server-sent events tell the same. */
import type { JobUpdate } from '@safelight/client'
import { until } from '@safelight/testkit'
import { expect, it } from 'vitest'
import { getJob, whenExecuting } from '../testing/client.ts'
import { expectTruth, useWiredClient } from '../testing/wired-client.ts'
import { previewing, slow } from '../testing/workflows.ts'

const on = useWiredClient(5)

function follow(id: string) {
  const heard: JobUpdate[] = []
  const previews: number[] = []
  const done = (async () => {
    const onPreview = ({ data }: { data: Uint8Array }) => void previews.push(data.byteLength)
    for await (const update of on.client.jobs.watch(id, { onPreview })) heard.push(update)
  })()
  return { heard, previews, done }
}

it('follows a job to its end without any socket, previews included', async () => {
  on.wire.refuseWebSockets(true)
  on.host.faults.set({ held: true })
  const { id } = await on.client.jobs.submit(previewing({ frames: 150, size: 64 }))
  const { heard, previews, done } = follow(id)
  await until(() => heard.length > 0, { what: 'it is watched' })
  on.host.faults.set({ held: false })
  await done
  expectTruth(heard)
  expect(heard.at(-1)?.snapshot.status).toBe('succeeded')
  expect(heard.at(-1)?.snapshot.seq).toBe((await getJob(on.url, id)).seq)
  expect(previews.length).toBeGreaterThan(0)
})

it('goes over to events when sockets are shut out, and back when they get through, without a gap', async () => {
  const { id } = await on.client.jobs.submit(slow({ steps: 200, seconds: 0.3 }))
  const { heard, done } = follow(id)
  await whenExecuting(on.url, id)
  await until(() => heard.at(-1)?.connection === 'live', { what: 'the socket carries it' })
  // it must not end while the test is busy with the wire
  on.host.faults.set({ held: true })

  on.wire.refuseWebSockets(true)
  await until(() => heard.at(-1)?.connection === 'reconnecting', { what: 'the socket is gone' })
  await until(() => heard.at(-1)?.connection === 'live', { what: 'a stream carries it' })
  const sockets = on.wire.connections.webSocket
  on.host.faults.set({ held: false })
  const { length } = heard
  await until(() => heard.length > length, { what: 'the stream tells' })
  on.host.faults.set({ held: true })

  on.wire.refuseWebSockets(false)
  await until(() => on.wire.connections.webSocket > sockets, { what: 'the socket is tried again' })
  on.host.faults.set({ held: false })
  await done
  expectTruth(heard)
  expect(heard.at(-1)?.snapshot.status).toBe('succeeded')
  expect(heard.at(-1)?.snapshot.seq).toBe((await getJob(on.url, id)).seq)
  // one loss of connection was seen, not one per way
  const losses = heard.filter(
    ({ connection }, at) =>
      connection === 'reconnecting' && heard[at - 1]?.connection !== 'reconnecting',
  )
  expect(losses).toHaveLength(1)
})

it('goes on where it was when the stream itself breaks', async () => {
  on.wire.refuseWebSockets(true)
  const { id } = await on.client.jobs.submit(slow({ steps: 200, seconds: 0.3 }))
  const { heard, done } = follow(id)
  await until(() => heard.length > 3, { what: 'the stream tells' })
  on.host.faults.set({ held: true })
  on.wire.cut()
  await until(() => heard.at(-1)?.connection === 'reconnecting', { what: 'it is noticed' })
  on.wire.plug()
  on.host.faults.set({ held: false })
  await done
  expectTruth(heard)
  expect(heard.at(-1)?.snapshot.seq).toBe((await getJob(on.url, id)).seq)
})
