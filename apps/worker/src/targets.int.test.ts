/** A job that asks for some outputs only, on hosts that know how and on those that do not. */
import type { Workflow } from '@safelight/shared'
import { expect, it, onTestFinished } from 'vitest'
import { slow } from './testing/graphs.ts'
import { startWorkerStack } from './testing/stack.ts'

/** 1 → 2 → saved 3, and 1 → 5 → saved 6. */
function twoPictures(): Workflow {
  return {
    ...slow({ color: 5, steps: 2 }),
    '5': { class_type: 'TraceSteps', inputs: { image: ['1', 0], steps: 2, seconds: 0.01 } },
    '6': { class_type: 'SaveImage', inputs: { images: ['5', 0], filename_prefix: 'other' } },
  }
}

it.each(['0.3.34', '0.3.64', '0.33.0'] as const)(
  'makes these and nothing else, and counts no other node: %s',
  async (dialect) => {
    const stack = await startWorkerStack()
    onTestFinished(() => stack.close())
    const host = await stack.startHost({ dialect })
    // as early as can be
    await stack.startWorker([host.url], { timings: { earlyOutputMs: 0 } })
    const end = await stack.end(await stack.submit(twoPictures(), { targets: ['6'] }))
    expect(end).toMatchObject({
      status: 'succeeded',
      outputs: [{ node_id: '6' }],
      progress: { value: 1, nodes_total: 3 },
      warnings: [],
    })
    expect(end.nodes).toEqual({ '1': 'done', '5': 'done', '6': 'done' })
    // what the host has in its cache is not asked for, either
    expect((await stack.end(await stack.submit(twoPictures()))).outputs).toHaveLength(2)
    const again = await stack.end(await stack.submit(twoPictures(), { targets: ['6'] }))
    expect(again.outputs.map(({ node_id }) => node_id)).toEqual(['6'])
  },
)
