import type { Simulator } from '@safelight/simulator'
import { type Gate, openGate } from '@safelight/testkit'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { fromPhoto, grayPng, upload } from './testing/photos.ts'
import { startWorkerStack, until, type WorkerStack } from './testing/stack.ts'

let stack: WorkerStack
let host: Simulator
let gate: Gate
beforeEach(async () => {
  stack = await startWorkerStack({ reconcileMs: 500 })
  host = await stack.startHost()
  gate = await openGate(host.url)
})
afterEach(async () => {
  await stack.close()
  await gate.close()
})

it('a worker killed while it hands a file over loses nothing: the next one does, and the job runs once', async () => {
  gate.hold('POST /upload/image')
  const worker = await stack.startProcess([gate.url])
  const photo = await upload(stack, grayPng(30))
  const jobId = await stack.submit(fromPhoto(photo.id))
  await until(() => gate.held() > 0)
  worker.kill('SIGKILL')
  expect(await worker.gone).toBeNull()
  gate.release()
  expect(await stack.assets.remove(photo.id)).toBe('in_use')
  await stack.startWorker([gate.url])
  expect(await stack.end(jobId)).toMatchObject({ status: 'succeeded', attempt: 1 })
  expect(host.executions()).toHaveLength(1)
  expect(await stack.assets.remove(photo.id)).toBe('removed')
})
