/** Files that workflows refer to, on their way to a host. */
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Snapshot } from '@safelight/shared'
import type { Simulator } from '@safelight/simulator'
import { type Gate, openGate } from '@safelight/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { toInputName } from './inputs/input-name.ts'
import { fromPhoto, grayPng, sizeOfPng, upload } from './testing/photos.ts'
import { startWorkerStack, until, type WorkerStack } from './testing/stack.ts'

let stack: WorkerStack
let host: Simulator
let gate: Gate
beforeEach(async () => {
  stack = await startWorkerStack()
  host = await stack.startHost()
  gate = await openGate(host.url)
})
afterEach(async () => {
  await stack.close()
  await gate.close()
})

async function pictureOf({ outputs }: Snapshot): Promise<Buffer> {
  const { key = '' } = (await stack.assets.blobOf(outputs[0]?.hash ?? '')) ?? {}
  return readFile(join(stack.dataDir, 'blobs', key))
}

const postsOf = (start: string) => gate.requests.filter((name) => name.startsWith(start)).length

it('a picture is made of the photo, whose name on the host is of its content', async () => {
  await stack.startWorker([host.url])
  const photo = await upload(stack, grayPng(30))
  const jobId = await stack.submit(fromPhoto(photo.id))
  const end = await stack.end(jobId)
  expect(end).toMatchObject({ status: 'succeeded', attempt: 1, warnings: [] })
  expect(sizeOfPng(await pictureOf(end))).toEqual({ width: 40, height: 30 })
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
    heights.push(sizeOfPng(await pictureOf(await stack.end(jobId))).height)
  }
  expect(heights).toEqual([30, 20, 30, 30])
  expect(host.uploads().toSorted()).toEqual([toInputName(one), toInputName(other)].toSorted())
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

describe('what nobody needs any more', () => {
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
    expect(sizeOfPng(await pictureOf(end)).height).toBe(30)
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
})
