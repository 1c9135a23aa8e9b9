/** From POST to pixels, over every generation of host. */
import type { RecordedDialect } from '@safelight/simulator'
import { expect, it } from 'vitest'
import { getJob, submit, textToImage } from './testing/client.ts'
import { openTestStack } from './testing/test-stack.ts'
import { watchToEnd } from './testing/watcher.ts'

const PNG = [0x89, 0x50, 0x4e, 0x47]
const DIALECTS: RecordedDialect[] = ['0.3.34', '0.3.64', '0.33.0', 'legacy']

it.each(DIALECTS)(
  'makes a picture on a %s host and shows every bit of the way',
  async (dialect) => {
    const stack = await openTestStack({ dialects: [dialect], speed: 10 })
    try {
      const [url = ''] = stack.urls
      const { id: jobId } = await submit(url, textToImage(7))
      const { final, heard, values } = await watchToEnd({
        jobId,
        pickUrl: () => url,
        afterSeq: 0,
        drops: [],
      })
      expect(final).toMatchObject({
        status: 'succeeded',
        error: null,
        warnings: [],
        progress: { value: 1, kind: 'complete', steps: 20 },
      })
      expect(final.outputs).toHaveLength(1)

      const events = heard.flat()
      const kinds = new Set(
        events.flatMap((event) => (event.type === 'progress' ? [event.progress.kind] : [])),
      )
      const spoken = {
        '0.3.34': 'node',
        '0.3.64': 'aggregate',
        '0.33.0': 'aggregate',
        legacy: 'inference',
      }[dialect]
      expect([...kinds]).toEqual(expect.arrayContaining(['connected', spoken, 'complete']))
      const phases = events.flatMap((event) =>
        event.type === 'status' ? [event.phase ?? event.status] : [],
      )
      expect([...new Set(phases)]).toEqual([
        'preparing',
        'submitted',
        'executing',
        'collecting',
        'succeeded',
      ])
      expect(values).toEqual(values.toSorted((a, b) => a - b))
      expect(values.slice(0, -2).filter((value) => value === 1)).toEqual([])
      const steps = events.flatMap((event) =>
        event.type === 'progress' ? [event.progress.steps] : [],
      )
      expect(new Set(steps)).toEqual(new Set([20]))

      const picture = await fetch(final.outputs[0]?.url ?? '')
      expect(picture.headers.get('content-type')).toBe('image/png')
      expect([...new Uint8Array(await picture.arrayBuffer()).slice(0, 4)]).toEqual(PNG)
      expect(stack.simulators[0]?.executions()).toHaveLength(1)
      const job = await getJob(url, jobId)
      expect(job.metrics.execution_ms).toBeGreaterThan(0)
    } finally {
      await stack.close()
    }
  },
)
