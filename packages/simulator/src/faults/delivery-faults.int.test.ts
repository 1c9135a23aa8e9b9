/** Sockets that stay open and are not what they seem. */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { slowSteps } from '../testing/graphs.ts'
import { until } from '../testing/wait.ts'
import { withSimulator } from '../testing/with-simulator.ts'
import { openTestSocket } from '../testing/test-socket.ts'

it('forgets every socket of a returning client, which stays open, and hears new clients', async () => {
  await withSimulator({ faults: { deafReconnect: true } }, async (visitor, simulator) => {
    const client_id = randomUUID()
    const first = await openTestSocket(simulator.url, client_id)
    const early = await visitor.submit(slowSteps(1, 0), { client_id })
    await until(
      () => first.typesAbout(early).includes('execution_success'),
      () => `heard ${String(first.typesAbout(early))}`,
    )
    await first.close()

    const back = await openTestSocket(simulator.url, client_id)
    const other = await openTestSocket(simulator.url, randomUUID())
    await visitor.finished(await visitor.submit(slowSteps(2, 0), { client_id }))
    await until(
      () => other.messages.length > 1,
      () => 'the new client heard nothing',
    )
    await back.ping()
    expect(back.messages.map(({ type }) => type)).toEqual(['status'])
    expect(simulator.sockets()).toMatchObject([{ registered: false }, { registered: true }])

    simulator.faults.clear()
    const again = await openTestSocket(simulator.url, client_id)
    const late = await visitor.submit(slowSteps(3, 0), { client_id })
    await until(
      () => again.typesAbout(late).includes('execution_success'),
      () => 'still deaf',
    )
    await Promise.all([back.close(), other.close(), again.close()])
  })
})

it('tells nobody anything while deaf, and does not make up for it afterwards', async () => {
  await withSimulator({}, async (visitor, simulator) => {
    const client_id = randomUUID()
    const socket = await openTestSocket(simulator.url, client_id)
    await until(
      () => socket.messages.length === 1,
      () => 'no greeting',
    )
    simulator.faults.set({ deaf: true })
    const newcomer = await openTestSocket(simulator.url, randomUUID())
    const missed = await visitor.submit(slowSteps(1, 0), { client_id })
    await visitor.finished(missed)
    await Promise.all([socket.ping(), newcomer.ping()])
    expect([socket.messages.length, newcomer.messages.length]).toEqual([1, 0])

    simulator.faults.set({ deaf: false })
    const heard = await visitor.submit(slowSteps(2, 0), { client_id })
    await until(
      () => socket.typesAbout(heard).includes('execution_success'),
      () => 'still deaf',
    )
    expect(socket.typesAbout(missed)).toEqual([])
    await Promise.all([socket.close(), newcomer.close()])
  })
})

it('holds back everybody’s messages while one client blocks, then sends them in order', async () => {
  await withSimulator({ faults: { blockedDelivery: true } }, async (visitor, simulator) => {
    const client_id = randomUUID()
    const socket = await openTestSocket(simulator.url, client_id)
    const promptId = await visitor.submit(slowSteps(2, 0), { client_id })
    await visitor.finished(promptId)
    await socket.ping()
    expect(socket.messages.map(({ type }) => type)).toEqual(['status'])

    simulator.faults.set({ blockedDelivery: false })
    await until(
      () => socket.typesAbout(promptId).includes('execution_success'),
      () => `heard ${String(socket.typesAbout(promptId))}`,
    )
    expect(socket.typesAbout(promptId)[0]).toBe('execution_start')
    expect(socket.messages.filter(({ type }) => type === 'status').length).toBeGreaterThan(2)
    await socket.close()
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
    await (await openTestSocket(simulator.url, 'me')).close()
  })
})
