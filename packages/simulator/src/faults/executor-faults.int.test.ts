/** Prompts that do not end, end badly, or are forgotten. */
import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { slowSteps, textToImage } from '../testing/graphs.ts'
import { filesOf } from '../testing/visitor.ts'
import { until } from '../testing/wait.ts'
import { isRunning, withSimulator } from '../testing/with-simulator.ts'
import { untilAnswering } from '../testing/until-answering.ts'
import { openTestSocket } from '../testing/test-socket.ts'

it('dies of the next prompt while requests are answered, and only a restart helps', async () => {
  await withSimulator({ faults: { executorDead: true } }, async (visitor, simulator) => {
    const client_id = randomUUID()
    const socket = await openTestSocket(simulator.url, client_id)
    const stuck = await visitor.submit(slowSteps(2, 0), { client_id })
    await until(
      () => socket.typesAbout(stuck).length > 0,
      () => 'it never started',
    )
    const waiting = await visitor.submit(slowSteps(1, 0), { client_id })
    simulator.faults.clear()
    expect((await visitor.post('/interrupt', { prompt_id: stuck })).status).toBe(200)
    await socket.ping()
    const { json } = await visitor.get('/queue')
    expect(json['queue_running']).toEqual([expect.arrayContaining([stuck])])
    expect(json['queue_pending']).toEqual([expect.arrayContaining([waiting])])
    expect(socket.typesAbout(stuck)).toEqual(['execution_start'])
    expect(simulator.executions()).toMatchObject([{ promptId: stuck, outcome: 'crashed' }])

    simulator.restart()
    expect(await socket.closed).toBe(1006)
    await untilAnswering(visitor)
    const { json: queue } = await visitor.get('/queue')
    expect(queue).toEqual({ queue_running: [], queue_pending: [] })
    await visitor.finished(await visitor.submit(slowSteps(1, 0)))
  })
})

it('loses queue, history and counters in a restart, and keeps address and saved files', async () => {
  await withSimulator({ speed: 1 }, async (visitor, simulator) => {
    const done = await visitor.submit(slowSteps(1, 0))
    const [file] = filesOf(await visitor.finished(done))
    const cut = await visitor.submit(slowSteps(1000, 1))
    await until(
      () => isRunning(simulator),
      () => 'nothing ran',
    )
    await visitor.submit(slowSteps(2, 0))
    simulator.restart()
    await untilAnswering(visitor)
    expect((await visitor.get('/history')).json).toEqual({})
    expect((await visitor.get('/prompt')).json).toEqual({ exec_info: { queue_remaining: 0 } })
    expect((await visitor.download(file ?? {})).length).toBeGreaterThan(0)
    await until(
      () => !isRunning(simulator),
      () => 'the old prompt runs on',
    )
    expect(simulator.executions()).toMatchObject([
      { promptId: done, outcome: 'success' },
      { promptId: cut, outcome: 'crashed', endedAt: null },
    ])
    expect((await visitor.post('/prompt', { prompt: slowSteps(1, 0) })).json['number']).toBe(0)
  })
})

it('forgets its history once, and remembers what comes after', async () => {
  await withSimulator({}, async (visitor, simulator) => {
    await visitor.finished(await visitor.submit(slowSteps(1, 0)))
    simulator.faults.set({ historyWiped: true })
    expect((await visitor.get('/history')).json).toEqual({})
    expect(simulator.faults.get().historyWiped).toBe(false)
    const later = await visitor.submit(slowSteps(2, 0))
    await visitor.finished(later)
    expect(Object.keys((await visitor.get('/history')).json)).toEqual([later])
  })
})

it('loses as many interrupts as it was told, by either route, and obeys the next', async () => {
  await withSimulator({ speed: 1, faults: { lostInterrupts: 2 } }, async (visitor, simulator) => {
    const promptId = await visitor.submit(slowSteps(1000, 0.01))
    await until(
      () => isRunning(simulator),
      () => 'nothing ran',
    )
    const interrupt = () => visitor.post('/interrupt', { prompt_id: promptId })
    expect((await interrupt()).status).toBe(200)
    expect((await visitor.post(`/api/jobs/${promptId}/cancel`, {})).json).toEqual({
      cancelled: true,
    })
    expect(simulator.faults.get().lostInterrupts).toBe(0)
    expect(isRunning(simulator)).toBe(true)
    await interrupt()
    await visitor.finished(promptId)
    expect(simulator.executions()).toMatchObject([{ outcome: 'interrupted' }])
  })
})

it('runs out of memory in as many samplers as it was told, and counts who asks it to free some', async () => {
  await withSimulator({ faults: { outOfMemory: 1 } }, async (visitor, simulator) => {
    const sea = textToImage({ text: 'sea', seed: 1 })
    const entry = await visitor.finished(await visitor.submit(sea))
    expect(JSON.stringify(entry['status'])).toContain('torch.OutOfMemoryError')
    expect(simulator.freed()).toBe(0)
    await visitor.post('/free', { unload_models: true, free_memory: true })
    expect(simulator.freed()).toBe(1)
    await visitor.finished(await visitor.submit(sea))
    expect(simulator.executions()).toMatchObject([{ outcome: 'error' }, { outcome: 'success' }])
  })
})

it.each([
  ['execution', textToImage({ text: 'sea', seed: 1 })],
  ['saving', textToImage({ text: 'sea', seed: 1 })],
  ['execution', { '1': { class_type: 'RNanUI', inputs: {} } }],
] as const)('ends during %s, and starts again without having saved', async (exitDuring, graph) => {
  await withSimulator({ faults: { exitDuring } }, async (visitor, simulator) => {
    const client_id = randomUUID()
    const socket = await openTestSocket(simulator.url, client_id)
    const promptId = await visitor.submit(graph, { client_id })
    expect(await socket.closed).toBe(1006)
    expect(socket.typesAbout(promptId)).not.toContain('execution_success')
    await untilAnswering(visitor)
    expect((await visitor.get('/view?filename=test_00001_.png')).status).toBe(404)
    expect((await visitor.get(`/history/${promptId}`)).json).toEqual({})
    expect(simulator.faults.get().exitDuring).toBe('none')
    await visitor.finished(await visitor.submit(graph))
    expect(simulator.executions().map(({ outcome }) => outcome)).toEqual(['crashed', 'success'])
  })
})

it.each([
  ['0.33.0', 500, 1],
  ['0.3.64', 200, 3],
] as const)(
  'on %s answers the same number and id twice with %i and then runs %i prompts',
  async (dialect, status, runs) => {
    await withSimulator({ dialect, speed: 1 }, async (visitor, simulator) => {
      await visitor.submit(slowSteps(10, 0.02))
      await until(
        () => isRunning(simulator),
        () => 'nothing ran',
      )
      const twin = { prompt: slowSteps(1, 0), prompt_id: randomUUID(), number: 7 }
      expect((await visitor.post('/prompt', twin)).status).toBe(200)
      expect((await visitor.post('/prompt', twin)).status).toBe(status)
      expect((await visitor.get('/queue')).json['queue_pending']).toHaveLength(2)
      await until(
        () => simulator.executions().filter(({ outcome }) => outcome === 'success').length === runs,
        () => JSON.stringify(simulator.executions()),
      )
      const { json } = await visitor.get('/queue')
      expect(json['queue_pending']).toHaveLength(3 - runs)
    })
  },
)

it('makes no step while it is held, is interrupted all the same, and goes on when it is let go', async () => {
  await withSimulator({ faults: { held: true } }, async (visitor, simulator) => {
    const client_id = randomUUID()
    const socket = await openTestSocket(simulator.url, client_id)
    const stopped = await visitor.submit(slowSteps(3, 0), { client_id })
    const running = () => socket.typesAbout(stopped).includes('executing')
    await until(running, () => 'it never started')
    expect((await visitor.post('/interrupt', {})).status).toBe(200)
    await visitor.finished(stopped)
    expect(socket.typesAbout(stopped)).not.toContain('progress')
    const next = await visitor.submit(slowSteps(3, 0), { client_id })
    await until(
      () => isRunning(simulator),
      () => 'the next one never started',
    )
    await socket.ping()
    expect(simulator.executions()).toMatchObject([
      { outcome: 'interrupted' },
      { outcome: 'running' },
    ])
    simulator.faults.set({ held: false })
    await visitor.finished(next)
    expect(simulator.executions()[1]).toMatchObject({ outcome: 'success' })
  })
})
