/** Requests that are answered late, wrongly or not at all, and the switches themselves over HTTP. */
import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { slowSteps } from '../testing/graphs.ts'
import { openTestSocket } from '../testing/test-socket.ts'
import { until } from '../testing/wait.ts'
import { withSimulator } from '../testing/with-simulator.ts'
import { startSimulator } from '../simulator.ts'
import { NO_FAULTS } from './faults.ts'

it('answers late, having done at once what was asked', async () => {
  await withSimulator({ faults: { slowHttp: 1_000 } }, async (visitor, simulator) => {
    const askedAt = performance.now()
    let isAnswered = false
    const answer = visitor
      .post('/prompt', { prompt: slowSteps(1, 0) })
      .finally(() => (isAnswered = true))
    await until(
      () => simulator.executions().length === 1,
      () => 'nothing ran',
    )
    expect(isAnswered).toBe(false)
    expect((await answer).status).toBe(200)
    expect(performance.now() - askedAt).toBeGreaterThanOrEqual(995)
  })
})

it.each([
  ['500_queued', 1],
  ['500', 0],
] as const)('answers a submission with %s and then runs %i prompts', async (submitFails, runs) => {
  await withSimulator({ faults: { submitFails } }, async (visitor, simulator) => {
    const prompt_id = randomUUID()
    const refused = await visitor.post('/prompt', { prompt: slowSteps(1, 0), prompt_id })
    expect(refused).toMatchObject({ status: 500, json: {} })
    simulator.faults.clear()
    const last = await visitor.submit(slowSteps(2, 0))
    await visitor.finished(last)
    expect(simulator.executions().map(({ promptId }) => promptId)).toEqual(
      runs === 1 ? [prompt_id, last] : [last],
    )
  })
})

it('runs a prompt whose submission never gets an answer', async () => {
  await withSimulator({ faults: { submitFails: 'hang' } }, async (visitor, simulator) => {
    const prompt_id = randomUUID()
    const body = JSON.stringify({ prompt: slowSteps(1, 0), prompt_id })
    const ending = fetch(`${simulator.url}/prompt`, { method: 'POST', body }).then(
      () => 'answered',
      () => 'cut',
    )
    await visitor.finished(prompt_id)
    expect(simulator.executions()).toMatchObject([{ promptId: prompt_id, outcome: 'success' }])
    expect(await ending).toBe('cut')
  })
})

it.each([401, 403, 302])(
  'denies calls and sockets without its credentials with %i',
  async (status) => {
    const faults = { demandsAuthorization: 'Bearer a', deniedStatus: status }
    await withSimulator({ faults }, async (_, simulator) => {
      const ask = (headers: Record<string, string>) =>
        fetch(`${simulator.url}/queue`, { headers, redirect: 'manual' })
      const denied = await ask({ authorization: 'Bearer b' })
      expect(denied.status).toBe(status)
      expect(denied.headers.get('location')).toBe(status === 302 ? '/login?next=/' : null)
      expect((await ask({})).status).toBe(status)
      expect((await ask({ authorization: 'Bearer a' })).status).toBe(200)
      await expect(openTestSocket(simulator.url, 'c')).rejects.toThrow(`${status}`)
      simulator.faults.clear()
      const socket = await openTestSocket(simulator.url, 'c')
      await socket.close()
    })
  },
)

it('is switched over HTTP, and refuses faults nobody knows', async () => {
  await withSimulator({ faults: { deaf: true } }, async (visitor, simulator) => {
    const path = '/_simulator/faults'
    expect((await visitor.get(path)).json).toEqual({ ...NO_FAULTS, deaf: true })
    const { status, json } = await visitor.post(path, { deaf: false, lostInterrupts: 3 })
    expect([status, json]).toEqual([200, { ...NO_FAULTS, lostInterrupts: 3 }])
    for (const wrong of [{ dead: true }, { deaf: 1 }, { slowHttp: -1 }, { submitFails: 'no' }, []])
      expect((await visitor.post(path, wrong)).status).toBe(400)
    expect((await visitor.post(path, '{')).status).toBe(400)
    expect(simulator.faults.get()).toEqual({ ...NO_FAULTS, lostInterrupts: 3 })
  })
})

it('lists its executions over HTTP, slow or not', async () => {
  await withSimulator({}, async (visitor, simulator) => {
    const client_id = randomUUID()
    const promptId = await visitor.submit(slowSteps(1, 0), { client_id })
    await visitor.finished(promptId)
    simulator.faults.set({ slowHttp: 60_000 })
    expect((await visitor.get('/_simulator/executions')).json).toMatchObject({
      executions: [{ promptId, clientId: client_id, number: 0, outcome: 'success' }],
      freed: 0,
    })
  })
})

it('has as much memory as it was given', async () => {
  const simulator = await startSimulator({ vramGb: 8 })
  const stats = await (await fetch(`${simulator.url}/system_stats`)).text()
  await simulator.close()
  expect(stats).toContain(`"vram_total": ${8 * 1024 ** 3}`)
})
