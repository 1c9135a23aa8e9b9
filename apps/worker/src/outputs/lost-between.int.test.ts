import type { Simulator } from '@safelight/simulator'
import { until } from '@safelight/testkit'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { hostIdOf } from '../hosts/host-id.ts'
import { slow } from '../testing/graphs.ts'
import { whenState } from '../testing/host-view.ts'
import { startWorkerStack, type WorkerStack } from '../testing/stack.ts'

let stack: WorkerStack
let [left, other]: Simulator[] = []
beforeEach(async () => {
  stack = await startWorkerStack()
  left = await stack.startHost({ speed: 50 })
  other = await stack.startHost({ speed: 50 })
})
afterEach(() => stack.close())

/** Two pictures, each of its own node. */
const twoPictures = (color: number) => ({
  ...slow({ color }),
  '4': { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: 'other' } },
})

it('has the outputs of one attempt when a drained host is shut down with some of them fetched', async () => {
  if (!left || !other) throw new Error('no host')
  // where files of these names are already, the next ones are called otherwise
  await fetch(`${other.url}/prompt`, {
    method: 'POST',
    body: JSON.stringify({ prompt: twoPictures(1) }),
  })
  await until(() => other?.executions()[0]?.outcome === 'success', 'another’s prompt is over')
  left.faults.set({ unservedFile: 'other', unservedStatus: 500 })
  await stack.startWorker([left.url, other.url], { timings: { fetchRetryMs: [300, 300, 300] } })
  // the first of the list gets it, if it may get it at all
  for (const { url } of [left, other]) await whenState(stack, url, 'ready')
  const jobId = await stack.submit(twoPictures(2))
  await until(
    async () => (await stack.events(jobId)).events.some(({ type }) => type === 'output'),
    'the first file is here',
  )
  const id = hostIdOf(new URL(left.url))
  await stack.hosts.drain(id, 'new driver')
  // whoever looks is told not to do it
  await until(
    async () => (await stack.backlog.onHosts([id]))[0]?.collecting.includes(jobId),
    'the other file is still to be fetched',
  )
  await left.close()
  const end = await stack.end(jobId)
  expect(end).toMatchObject({ status: 'succeeded', attempt: 2 })
  expect(end.outputs.map(({ name }) => name).toSorted()).toEqual([
    'other_00002_.png',
    'slow_00002_.png',
  ])
})
