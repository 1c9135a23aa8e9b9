/** Sockets that stay open and are not what they seem. */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { slowSteps } from '../testing/graphs.ts'
import { until } from '../testing/wait.ts'
import { withSimulator } from '../testing/with-simulator.ts'
import { openEar } from '../testing/open-ear.ts'

it('forgets every socket of a returning client, which stays open, and hears new clients', async () => {
  await withSimulator({ faults: { deafReconnect: true } }, async (visitor, simulator) => {
    const client_id = randomUUID()
    const first = await openEar(simulator.url, client_id)
    const early = await visitor.submit(slowSteps(1, 0), { client_id })
    await until(
      () => first.about(early).includes('execution_success'),
      () => `heard ${String(first.about(early))}`,
    )
    await first.close()

    const back = await openEar(simulator.url, client_id)
    const other = await openEar(simulator.url, randomUUID())
    await visitor.finished(await visitor.submit(slowSteps(2, 0), { client_id }))
    await until(
      () => other.heard.length > 1,
      () => 'the new client heard nothing',
    )
    await back.ping()
    expect(back.heard.map(({ type }) => type)).toEqual(['status'])
    expect(simulator.sockets()).toMatchObject([{ registered: false }, { registered: true }])

    simulator.faults.clear()
    const again = await openEar(simulator.url, client_id)
    const late = await visitor.submit(slowSteps(3, 0), { client_id })
    await until(
      () => again.about(late).includes('execution_success'),
      () => 'still deaf',
    )
    await Promise.all([back.close(), other.close(), again.close()])
  })
})

it('tells nobody anything while deaf, and does not make up for it afterwards', async () => {
  await withSimulator({}, async (visitor, simulator) => {
    const client_id = randomUUID()
    const ear = await openEar(simulator.url, client_id)
    await until(
      () => ear.heard.length === 1,
      () => 'no greeting',
    )
    simulator.faults.set({ deaf: true })
    const newcomer = await openEar(simulator.url, randomUUID())
    const unheard = await visitor.submit(slowSteps(1, 0), { client_id })
    await visitor.finished(unheard)
    await Promise.all([ear.ping(), newcomer.ping()])
    expect([ear.heard.length, newcomer.heard.length]).toEqual([1, 0])

    simulator.faults.set({ deaf: false })
    const heard = await visitor.submit(slowSteps(2, 0), { client_id })
    await until(
      () => ear.about(heard).includes('execution_success'),
      () => 'still deaf',
    )
    expect(ear.about(unheard)).toEqual([])
    await Promise.all([ear.close(), newcomer.close()])
  })
})

it('holds back everybody’s messages while one client blocks, then sends them in order', async () => {
  await withSimulator({ faults: { blockedDelivery: true } }, async (visitor, simulator) => {
    const client_id = randomUUID()
    const ear = await openEar(simulator.url, client_id)
    const promptId = await visitor.submit(slowSteps(2, 0), { client_id })
    await visitor.finished(promptId)
    await ear.ping()
    expect(ear.heard.map(({ type }) => type)).toEqual(['status'])

    simulator.faults.set({ blockedDelivery: false })
    await until(
      () => ear.about(promptId).includes('execution_success'),
      () => `heard ${String(ear.about(promptId))}`,
    )
    expect(ear.about(promptId)[0]).toBe('execution_start')
    expect(ear.heard.filter(({ type }) => type === 'status').length).toBeGreaterThan(2)
    await ear.close()
  })
})

it('refuses sockets with a 503 and goes on answering requests', async () => {
  await withSimulator({ faults: { wsRefused: true } }, async (visitor, simulator) => {
    const socket = new WebSocket(`${simulator.url.replace('http', 'ws')}/ws?clientId=me`)
    const [, response] = await once(socket, 'unexpected-response')
    socket.on('error', () => undefined)
    socket.terminate()
    expect(response.statusCode).toBe(503)
    expect((await visitor.get('/prompt')).status).toBe(200)
    simulator.faults.clear()
    await (await openEar(simulator.url, 'me')).close()
  })
})
