/** What the simulated queue runs, skips, stops and dies of. */
import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { toBuffer } from './delivery/delivery.ts'
import { slowSteps } from './testing/graphs.ts'
import { until } from './testing/wait.ts'
import { isRunning, withSimulator } from './testing/with-simulator.ts'

it.each([
  ['0.33.0', 'success'],
  ['0.3.64', 'success'],
  ['0.3.34', 'interrupted'],
  ['legacy', 'interrupted'],
] as const)(
  'on %s an interrupt naming another prompt ends the running one as %s',
  async (dialect, outcome) => {
    await withSimulator({ dialect, speed: 1 }, async (visitor, simulator) => {
      const promptId = await visitor.submit(slowSteps(20, 0.01))
      await until(
        () => isRunning(simulator),
        () => 'nothing ran',
      )
      await visitor.post('/interrupt', { prompt_id: randomUUID() })
      await visitor.finished(promptId)
      expect(simulator.executions()).toMatchObject([{ promptId, outcome }])
    })
  },
)

it('cancels exactly the named prompt, running or waiting', async () => {
  await withSimulator({ speed: 1 }, async (visitor, simulator) => {
    const running = await visitor.submit(slowSteps(1000, 0.01))
    const waiting = await visitor.submit(slowSteps(1, 0))
    const last = await visitor.submit(slowSteps(2, 0))
    await until(
      () => isRunning(simulator),
      () => 'nothing ran',
    )
    await visitor.post('/queue', { delete: [waiting] })
    await visitor.post('/interrupt', { prompt_id: running })
    await visitor.finished(last)
    expect(simulator.executions().map(({ promptId, outcome }) => [promptId, outcome])).toEqual([
      [running, 'interrupted'],
      [last, 'success'],
    ])
  })
})

it('forgets an interrupt that arrives while nothing runs', async () => {
  await withSimulator({}, async (visitor, simulator) => {
    await visitor.post('/interrupt', '')
    await visitor.finished(await visitor.submit(slowSteps(3, 0)))
    expect(simulator.executions()).toMatchObject([{ outcome: 'success' }])
  })
})

it('runs a prompt as often as its id is submitted, and counts each run', async () => {
  await withSimulator({}, async (visitor, simulator) => {
    const prompt_id = randomUUID()
    await visitor.submit(slowSteps(1, 0), { prompt_id })
    await visitor.submit(slowSteps(1, 0), { prompt_id })
    await until(
      () => simulator.executions().filter(({ endedAt }) => endedAt !== null).length === 2,
      () => 'ran less than twice',
    )
    expect(simulator.executions().map(({ promptId }) => promptId)).toEqual([prompt_id, prompt_id])
  })
})

it('answers a submission before anything of the prompt is heard, cached or not', async () => {
  await withSimulator({}, async (visitor, { url }) => {
    const client_id = randomUUID()
    const socket = new WebSocket(`${url.replace('http', 'ws')}/ws?clientId=${client_id}`)
    await new Promise((resolve) => socket.once('open', resolve))
    const heard: string[] = []
    socket.on('message', (data) => {
      const text = toBuffer(data).toString()
      if (text.includes('"type": "exec')) heard.push(text)
    })
    const early: string[] = []
    for (let round = 0; round < 40; round++) {
      const promptId = await visitor.submit(slowSteps(1, 0), { client_id })
      early.push(...heard.filter((text) => text.includes(promptId)))
      await visitor.finished(promptId)
    }
    socket.close()
    expect(heard.length).toBeGreaterThan(40)
    expect(early).toEqual([])
  })
})

it('runs lower numbers first', async () => {
  await withSimulator({ speed: 1 }, async (visitor, simulator) => {
    const first = await visitor.submit(slowSteps(10, 0.02))
    await until(
      () => isRunning(simulator),
      () => 'nothing ran',
    )
    const later = await visitor.submit(slowSteps(1, 0))
    const urgent = await visitor.submit(slowSteps(2, 0), { front: true })
    await visitor.finished(later)
    expect(simulator.executions().map(({ promptId }) => promptId)).toEqual([first, urgent, later])
  })
})

it('accepts a graph whose unused node has no inputs, and then never runs anything again', async () => {
  await withSimulator({}, async (visitor, simulator) => {
    const deadly = { ...slowSteps(1, 0), '8': { class_type: 'EmptyImage' } }
    const promptId = await visitor.submit(deadly)
    await until(
      () => simulator.executions()[0]?.outcome === 'crashed',
      () => 'the executor lives',
    )
    await visitor.submit(slowSteps(1, 0))
    const { json } = await visitor.get('/queue')
    expect(json['queue_running']).toEqual([expect.arrayContaining([0, promptId])])
    expect(json['queue_pending']).toHaveLength(1)
    expect(simulator.executions()).toHaveLength(1)
  })
})

it('tells whoever looks again and again only what began since, and how many there were', async () => {
  await withSimulator({ speed: 1_000 }, async (visitor) => {
    const ids = []
    for (let n = 0; n < 20; n++) {
      ids.push(await visitor.submit(slowSteps(1, 0)))
      await visitor.finished(ids.at(-1) ?? '')
    }
    const { json } = await visitor.get('/_simulator/executions?from=19')
    expect(json).toMatchObject({ begun: 20, executions: [{ promptId: ids[19] }] })
    expect((await visitor.get('/_simulator/executions?from=20')).json).toMatchObject({
      begun: 20,
      executions: [],
    })
  })
})

it('tells to the fraction of a millisecond how long a prompt took', async () => {
  await withSimulator({ speed: 1_000 }, async (visitor, simulator) => {
    const before = Date.now()
    for (let n = 0; n < 5; n++) await visitor.finished(await visitor.submit(slowSteps(1, 0)))
    const times = simulator.executions().flatMap(({ startedAt, endedAt }) => [startedAt, endedAt])
    expect(times.some((at) => !Number.isInteger(at))).toBe(true)
    expect(times).toEqual(times.toSorted((one, other) => (one ?? 0) - (other ?? 0)))
    // the same clock as everybody else's
    expect(times[0]).toBeGreaterThan(before - 10)
    expect(times.at(-1)).toBeLessThan(Date.now() + 10)
  })
})
