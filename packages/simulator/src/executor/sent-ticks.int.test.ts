import { expect, it } from 'vitest'
import { withSimulator } from '../testing/with-simulator.ts'

it('says when each tick of a prompt was sent', async () => {
  await withSimulator({}, async (visitor) => {
    const steps = {
      '1': { class_type: 'EmptyImage', inputs: { width: 8, height: 8, batch_size: 1, color: 0 } },
      '2': { class_type: 'TraceSteps', inputs: { image: ['1', 0], steps: 2, seconds: 0.001 } },
      '3': { class_type: 'SaveImage', inputs: { images: ['2', 0], filename_prefix: 'x' } },
    }
    const before = performance.timeOrigin + performance.now()
    const promptId = await visitor.submit(steps)
    await visitor.finished(promptId)
    const { json } = await visitor.get('/_simulator/ticks')
    const ticks = json['ticks'] as { promptId: string; value: number; at: number }[]
    expect(ticks.map((tick) => [tick.promptId, tick.value])).toEqual([
      [promptId, 1],
      [promptId, 2],
    ])
    const times = ticks.map(({ at }) => at)
    expect(times).toEqual(times.toSorted((one, other) => one - other))
    expect(times[0]).toBeGreaterThanOrEqual(before)
  })
})
