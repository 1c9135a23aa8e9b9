/** Files that workflows refer to, on their way to a host. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Workflow } from '@safelight/shared'
import type { Simulator } from '@safelight/simulator'
import { promptIdOf } from '@safelight/store'
import type { Gate } from '@safelight/testkit'
import { describe, expect, it } from 'vitest'
import { toInputName } from './inputs/input-name.ts'
import { eachWithGate } from './testing/each-with-gate.ts'
import { slow } from './testing/graphs.ts'
import { fromPhoto, grayPng, pictureOf, sizeOfPng, upload } from './testing/photos.ts'
import { until, type WorkerStack } from './testing/stack.ts'

let stack: WorkerStack
let host: Simulator
let gate: Gate
eachWithGate((opened) => ({ stack, host, gate } = opened))

const postsOf = (start: string) => gate.requests.filter((name) => name.startsWith(start)).length

it('a picture is made of the photo, whose name on the host is of its content', async () => {
  await stack.startWorker([host.url])
  const photo = await upload(stack, grayPng(30))
  const jobId = await stack.submit(fromPhoto(photo.id))
  const end = await stack.end(jobId)
  expect(end).toMatchObject({ status: 'succeeded', attempt: 1, warnings: [] })
  expect(sizeOfPng(await pictureOf(stack, end))).toEqual({ width: 40, height: 30 })
  const name = toInputName(photo)
  expect(host.uploads()).toEqual([name])
  expect(JSON.parse(host.prompts()[0]?.text ?? '')).toMatchObject({
    '1': { inputs: { image: name } },
  })
  // stored as it was sent
  expect(await stack.store.loadWorkflow(jobId)).toEqual(fromPhoto(photo.id))
})

it('two photos of one name never meet, and one content is handed over once', async () => {
  await stack.startWorker([host.url])
  const [one, other] = [await upload(stack, grayPng(30)), await upload(stack, grayPng(20))]
  const again = await upload(stack, grayPng(30), { name: 'holiday.png' })
  const jobIds = await Promise.all(
    [one, other, again, one].map(({ id }, at) => stack.submit(fromPhoto(id, `p${at}`))),
  )
  const heights = []
  for (const jobId of jobIds) {
    heights.push(sizeOfPng(await pictureOf(stack, await stack.end(jobId))).height)
  }
  expect(heights).toEqual([30, 20, 30, 30])
  expect(host.uploads().toSorted()).toEqual([toInputName(one), toInputName(other)].toSorted())
})

it('a job whose photo has yet to be handed over is not overtaken by the next one, which needs nothing', async () => {
  await stack.startWorker([host.url])
  const photo = await upload(stack, grayPng(30))
  const jobIds = [await stack.submit(fromPhoto(photo.id)), await stack.submit(slow({ color: 1 }))]
  for (const jobId of jobIds) await stack.end(jobId)
  const ran = host.executions().map(({ promptId }) => promptId)
  expect(ran).toEqual(jobIds.map((jobId) => promptIdOf(jobId, 1)))
})

it('photos of several jobs are handed over side by side, and only the workflows wait for each other', async () => {
  gate.hold('POST /upload/image')
  await stack.startWorker([gate.url], { timings: { submitOrderMs: 3_600_000 } })
  const photos = [await upload(stack, grayPng(30)), await upload(stack, grayPng(20))]
  const jobIds = []
  for (const { id } of photos) jobIds.push(await stack.submit(fromPhoto(id)))
  await until(() => gate.held() === 2)
  gate.release()
  for (const jobId of jobIds) await stack.end(jobId)
  const ran = host.executions().map(({ promptId }) => promptId)
  expect(ran).toEqual(jobIds.map((jobId) => promptIdOf(jobId, 1)))
})

it('a job that waits for its turn is canceled at once', async () => {
  gate.hold('POST /upload/image')
  await stack.startWorker([gate.url], { timings: { submitOrderMs: 3_600_000 } })
  const photo = await upload(stack, grayPng(30))
  const first = await stack.submit(fromPhoto(photo.id))
  await until(() => gate.held() === 1)
  const second = await stack.submit(slow({ color: 1 }))
  await until(async () => (await stack.store.load(second))?.phase === 'preparing')
  await stack.cancel(second)
  expect(await stack.end(second)).toMatchObject({ status: 'canceled' })
  gate.release()
  await stack.end(first)
  expect(host.executions().map(({ promptId }) => promptId)).toEqual([promptIdOf(first, 1)])
})

describe('what a host has lost', () => {
  it('is noticed by its refusal, handed over again, and the workflow runs once', async () => {
    await stack.startWorker([gate.url], { timings: { stagedFreshMs: 3_600_000 } })
    const photo = await upload(stack, grayPng(30))
    await stack.end(await stack.submit(fromPhoto(photo.id, 'first')))
    host.faults.set({ inputsLost: true })
    const end = await stack.end(await stack.submit(fromPhoto(photo.id, 'second')))
    expect(end).toMatchObject({ status: 'succeeded', attempt: 1 })
    expect(host.uploads()).toHaveLength(2)
    expect(postsOf('POST /prompt')).toBe(3)
    expect(host.executions()).toHaveLength(2)
  })

  it('is noticed before the workflow is posted, where the host would run the rest without it', async () => {
    await stack.startWorker([gate.url], { timings: { stagedFreshMs: 3_600_000 } })
    const photo = await upload(stack, grayPng(30))
    await stack.end(await stack.submit(fromPhoto(photo.id, 'first')))
    host.faults.set({ inputsLost: true })
    const { '1': load, '2': save } = fromPhoto(photo.id, 'second')
    const both = {
      ...slow({ color: 1 }),
      '8': load,
      '9': { ...save, inputs: { ...save?.inputs, images: ['8', 0] } },
    }
    const end = await stack.end(await stack.submit(both as Workflow))
    expect(end).toMatchObject({ status: 'succeeded', attempt: 1, warnings: [] })
    expect(end.outputs).toHaveLength(2)
    expect(host.uploads()).toHaveLength(2)
  })

  it('is noticed before the workflow is posted, where the host was not just asked', async () => {
    await stack.startWorker([gate.url], { timings: { stagedFreshMs: 0 } })
    const photo = await upload(stack, grayPng(30))
    await stack.end(await stack.submit(fromPhoto(photo.id, 'first')))
    await stack.end(await stack.submit(fromPhoto(photo.id, 'second')))
    expect(host.uploads()).toHaveLength(1)
    host.faults.set({ inputsLost: true })
    const end = await stack.end(await stack.submit(fromPhoto(photo.id, 'third')))
    expect(end.status).toBe('succeeded')
    expect(host.uploads()).toHaveLength(2)
    expect(postsOf('POST /prompt')).toBe(3)
  })
})

describe('a job ends with a clear word', () => {
  it('when what it refers to is gone from the store', async () => {
    await stack.startWorker([host.url])
    const photo = await upload(stack, grayPng(30))
    await rm(join(stack.dataDir, 'blobs'), { recursive: true })
    const end = await stack.end(await stack.submit(fromPhoto(photo.id)))
    expect(end).toMatchObject({
      status: 'failed',
      attempt: 1,
      error: { code: 'missing_asset', message: expect.stringContaining(photo.id) },
    })
    expect(host.executions()).toEqual([])
  })

  it('when the host takes no file of its size', async () => {
    const small = await stack.startHost({ maxUploadBytes: 50 })
    await stack.startWorker([small.url])
    const photo = await upload(stack, grayPng(30))
    const end = await stack.end(await stack.submit(fromPhoto(photo.id)))
    expect(end).toMatchObject({ status: 'failed', error: { code: 'input_too_large' } })
  })
})

it('a cancel stops the handing over, and nothing is posted', async () => {
  gate.hold('POST /upload/image')
  await stack.startWorker([gate.url])
  const photo = await upload(stack, grayPng(30))
  const jobId = await stack.submit(fromPhoto(photo.id))
  await until(() => gate.held() > 0)
  expect(await stack.store.load(jobId)).toMatchObject({ status: 'running', phase: 'preparing' })
  await stack.cancel(jobId)
  expect(await stack.end(jobId)).toMatchObject({ status: 'canceled' })
  gate.release()
  expect(host.uploads()).toEqual([])
  expect(postsOf('POST /prompt')).toBe(0)
  // and the next job is not harmed
  expect(await stack.end(await stack.submit(fromPhoto(photo.id)))).toMatchObject({
    status: 'succeeded',
  })
})

it('a host that goes away meanwhile is no fault of the job', async () => {
  gate.hold('POST /upload/image')
  await stack.startWorker([gate.url], { timings: { fetchRetryMs: [] } })
  const photo = await upload(stack, grayPng(30))
  const jobId = await stack.submit(fromPhoto(photo.id))
  await until(() => gate.held() > 0)
  gate.shut()
  const other = await stack.startHost()
  await stack.startWorker([other.url])
  expect(await stack.end(jobId)).toMatchObject({ status: 'succeeded', attempt: 2 })
  expect(host.executions()).toEqual([])
  expect(other.uploads()).toEqual([toInputName(photo)])
})
