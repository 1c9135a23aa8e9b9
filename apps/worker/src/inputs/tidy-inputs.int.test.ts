/** Files on hosts that nobody needs any more. */
import type { Simulator } from '@safelight/simulator'
import { createStagedInputs } from '@safelight/store'
import type { Gate } from '@safelight/testkit'
import { openClient } from '@safelight/testkit/vitest'
import { expect, it } from 'vitest'
import { hostIdOf } from '../hosts/host-id.ts'
import { eachWithGate } from '../testing/each-with-gate.ts'
import { slow } from '../testing/graphs.ts'
import { fromPhoto, grayPng, pictureOf, sizeOfPng, upload } from '../testing/photos.ts'
import { until, type WorkerStack } from '../testing/stack.ts'
import { toInputName } from './input-name.ts'

let stack: WorkerStack
let host: Simulator
let gate: Gate
eachWithGate((opened) => ({ stack, host, gate } = opened))

const quick = { tidyInputsEveryMs: 30, stagedKeptMs: 3_600_000, stagedGoneMs: 0 }
const bytesOn = async (name: string) => {
  const { headers } = await fetch(`${host.url}/view?filename=${name}&type=input`)
  return Number(headers.get('content-length'))
}

it('is emptied on the host when its asset is gone, and handed over again to who uploads it anew', async () => {
  await stack.startWorker([host.url], { timings: quick })
  const [photo, other] = [await upload(stack, grayPng(30)), await upload(stack, grayPng(20))]
  for (const { id } of [photo, other]) await stack.end(await stack.submit(fromPhoto(id)))
  expect(await bytesOn(toInputName(photo))).toBe(photo.size_bytes)
  expect(await stack.assets.remove(photo.id)).toBe('removed')
  await until(async () => (await bytesOn(toInputName(photo))) === 0)
  expect(await bytesOn(toInputName(other))).toBe(other.size_bytes)

  const again = await upload(stack, grayPng(30))
  const end = await stack.end(await stack.submit(fromPhoto(again.id, 'again')))
  expect(end.status).toBe('succeeded')
  expect(sizeOfPng(await pictureOf(stack, end)).height).toBe(30)
})

/** A file of an asset that is gone is on the host. */
async function note(url: string): Promise<void> {
  const { keys, store } = stack
  const redis = await openClient('api')
  const staged = createStagedInputs({ redis, keys, now: () => store.now() })
  const gone = { hash: `blake3:${'0'.repeat(64)}`, size: 1 }
  await staged.note(hostIdOf(new URL(url)), 'gone.png', gone)
}

it('stays on a host that got work while another one was rid of its files', async () => {
  const other = await stack.startHost()
  await note(gate.url)
  gate.hold('POST /upload/image')
  const worker = await stack.startWorker([gate.url, other.url], { timings: quick })
  await until(() => gate.held() > 0)
  await note(other.url)
  other.faults.set({ held: true })
  const body = JSON.stringify({ prompt: slow({ color: 1 }) })
  await fetch(`${other.url}/prompt`, { method: 'POST', body })
  const isBusy = async () => (await stack.reports(hostIdOf(new URL(other.url))))[0]?.queueDepth
  await until(async () => (await isBusy()) === 1)
  let swept = 0
  worker.events.on('housekeeping:swept', () => (swept += 1))
  gate.release()
  await until(() => swept > 1)
  expect(other.uploads()).toEqual([])
  other.faults.set({ held: false })
  await until(() => other.uploads().includes('gone.png'))
})

it('is emptied though another host takes no file', async () => {
  const other = await stack.startHost()
  await note(gate.url)
  gate.hold('POST /upload/image')
  const timings = { ...quick, unknownHostMs: 500 }
  const worker = await stack.startWorker([gate.url, other.url], { timings })
  const swept: number[] = []
  worker.events.on('housekeeping:swept', ({ removed }) => swept.push(removed))
  await until(() => gate.held() > 0)
  swept.length = 0
  await note(other.url)
  await until(() => other.uploads().includes('gone.png'))
  // not every host was gone through: that is no sweep that succeeded
  expect(swept).toEqual([])
  gate.release()
  await until(() => swept.length > 0)
})

it('stays while a job that waits refers to it', async () => {
  await stack.startWorker([host.url], { timings: { ...quick, stagedKeptMs: 0 } })
  const photo = await upload(stack, grayPng(30))
  // no host has its pool
  await stack.submit(fromPhoto(photo.id), {}, { pool: 'none' })
  await stack.end(await stack.submit(fromPhoto(photo.id)))
  const other = await upload(stack, grayPng(20))
  await stack.end(await stack.submit(fromPhoto(other.id)))
  await until(async () => (await bytesOn(toInputName(other))) === 0)
  expect(await bytesOn(toInputName(photo))).toBe(photo.size_bytes)
})
