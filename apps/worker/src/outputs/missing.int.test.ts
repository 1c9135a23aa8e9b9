import type { Simulator } from '@safelight/simulator'
import { expect, it } from 'vitest'
import { slow } from '../testing/graphs.ts'
import { whenState } from '../testing/host-view.ts'
import { eachWithHost, type WorkerStack } from '../testing/stack.ts'

let stack: WorkerStack
let host: Simulator
eachWithHost((opened) => ({ stack, host } = opened), { speed: 50 })

/** Two pictures, each of its own node. */
const twoPictures = (color: number) => ({
  ...slow({ color }),
  '4': { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: 'other' } },
})

it.each([
  [400, 'refused'],
  [500, 'failed'],
])(
  'keeps the other outputs of a job when the host answers %i for one file, and the host its name',
  async (unservedStatus, reason) => {
    host.faults.set({ unservedFile: 'other', unservedStatus })
    await stack.startWorker([host.url], { timings: { fetchRetryMs: [20, 20] } })
    const jobId = await stack.submit(twoPictures(1))
    expect(await stack.end(jobId)).toMatchObject({
      status: 'failed',
      attempt: 1,
      outputs: [{ node_id: '3', name: 'slow_00001_.png' }],
      error: {
        code: 'output_missing',
        node_id: '4',
        message: expect.stringContaining('other_00001_.png'),
        details: { missing: [{ node_id: '4', name: 'other_00001_.png', reason }] },
      },
    })
    const { events } = await stack.events(jobId)
    expect(events.filter(({ type }) => type === 'output')).toHaveLength(1)
    // neither offline nor at rest: the next job finds it as it was
    await whenState(stack, host.url, 'ready')
    const next = await stack.end(await stack.submit(slow({ color: 2 })))
    expect(next).toMatchObject({ status: 'succeeded', attempt: 1 })
    expect(host.executions()).toHaveLength(2)
  },
)

it.each([{ historyLate: 4 }, { historyHollow: 4 }])(
  'waits for the outputs of a success that it heard: %o',
  async (faults) => {
    host.faults.set(faults)
    await stack.startWorker([host.url])
    expect(await stack.end(await stack.submit(slow({ color: 3 })))).toMatchObject({
      status: 'succeeded',
      attempt: 1,
      outputs: [{ node_id: '3' }],
    })
    expect(host.executions()).toHaveLength(1)
  },
)

it('fails, and runs nothing again, when a success that was heard leaves no history', async () => {
  host.faults.set({ historyGone: true })
  await stack.startWorker([host.url], { timings: { session: { settleMs: 300 } } })
  expect(await stack.end(await stack.submit(slow({ color: 4 })))).toMatchObject({
    status: 'failed',
    attempt: 1,
    error: { code: 'output_missing' },
  })
  expect(host.executions()).toHaveLength(1)
  await whenState(stack, host.url, 'ready')
})
