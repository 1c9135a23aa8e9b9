import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { HostError } from '../errors.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { SLOW_WORKFLOW } from '../testing/session.ts'
import { caughtUp, withHost } from '../testing/with-host.ts'

it('adopts a running prompt of an earlier life instead of submitting it again', async () => {
  const host = await withHost()
  const promptId = randomUUID()
  host.enqueue({ promptId, clientId: promptId, workflow: SLOW_WORKFLOW })
  host.start()
  const session = host.session({ promptId })
  await expect
    .poll(() => session.updates)
    .toContainEqual({
      type: 'submitted',
      promptId,
      adopted: true,
      outputNodes: ['3'],
      nodeErrors: {},
    })
  host.finish()
  expect(await session.end).toMatchObject({ outcome: 'succeeded', promptId })
  expect(host.calls('POST', '/prompt')).toEqual([])
})

it('passes on the node a reconnecting client is told of, though it names no prompt', async () => {
  const host = await withHost()
  const promptId = randomUUID()
  host.enqueue({ promptId, clientId: promptId, workflow: SLOW_WORKFLOW })
  host.start()
  let found = () => {}
  host.intercept = (request, response) => {
    if (request.path !== '/queue') return false
    // the hint is heard before the look has found out whose it is
    const queue = { queue_running: [[0, promptId, SLOW_WORKFLOW, {}, ['3']]], queue_pending: [] }
    found = () => response.end(JSON.stringify(queue))
    host.intercept = null
    return true
  }
  const session = host.session({ promptId })
  await expect.poll(() => host.sockets.length).toBe(1)
  await expect.poll(() => host.calls('GET', '/queue').length).toBe(1)
  host.send(promptId, 'executing', { node: '2' })
  await caughtUp(host)
  found()
  await expect.poll(() => session.messageTypes()).toEqual(['executing'])
})

it('adopts a prompt that ended while nobody watched', async () => {
  const host = await withHost()
  const promptId = randomUUID()
  host.enqueue({ promptId, clientId: promptId, workflow: SLOW_WORKFLOW })
  host.start()
  host.finish()
  expect(await host.session({ promptId }).end).toMatchObject({ outcome: 'succeeded', promptId })
  expect(host.calls('POST', '/prompt')).toEqual([])
})

it('looks again for a prompt that was there before: history may be a moment behind', async () => {
  const host = await withHost()
  const promptId = randomUUID()
  host.enqueue({ promptId, clientId: promptId, workflow: SLOW_WORKFLOW })
  host.start()
  host.finish()
  let missed = 0
  host.intercept = (request, response) => {
    if (!request.path.startsWith('/history') || missed === 3) return false
    missed += 1
    response.end('{}')
    return true
  }
  const session = host.session({ promptId, wasSubmitted: true })
  expect(await session.end).toMatchObject({ outcome: 'succeeded', promptId })
  expect(missed).toBe(3)
  expect(host.calls('POST', '/prompt')).toEqual([])
})

it('submits what was there before when it stays away: its host has forgotten it', async () => {
  const host = await withHost()
  host.session({ promptId: randomUUID(), wasSubmitted: true })
  await expect.poll(() => host.calls('POST', '/prompt').length).toBe(1)
  expect(host.calls('GET', '/queue').length).toBeGreaterThan(3)
})

it('finds its mark on a host that chose the id itself, running or ended', async () => {
  const host = await withHost('0.3.34')
  const promptId = randomUUID()
  host.enqueue({ promptId: 'chosen', clientId: promptId, workflow: SLOW_WORKFLOW })
  host.start()
  const running = host.session({ promptId })
  await expect.poll(() => running.has('submitted')).toBe(true)
  host.finish()
  expect(await running.end).toMatchObject({ outcome: 'succeeded', promptId: 'chosen' })
  expect(await host.session({ promptId }).end).toMatchObject({ promptId: 'chosen' })
  expect(host.calls('POST', '/prompt')).toEqual([])
})

it('finds a prompt by the id the host chose in an earlier life', async () => {
  const host = await withHost('0.3.34')
  host.enqueue({ promptId: 'chosen', clientId: 'another mark', workflow: SLOW_WORKFLOW })
  host.start()
  host.finish()
  const session = host.session({ knownPromptId: 'chosen' })
  expect(await session.end).toMatchObject({ outcome: 'succeeded', promptId: 'chosen' })
})

it('follows the id an old host chose, and what that host said before it answered', async () => {
  const host = await withHost('0.3.34')
  host.intercept = (request, response) => {
    if (request.path !== '/prompt') return false
    const { promptId, number } = host.accept(request)
    host.start()
    void caughtUp(host).then(() =>
      response.end(JSON.stringify({ prompt_id: promptId, number, node_errors: {} })),
    )
    return true
  }
  const session = host.session()
  await expect.poll(() => session.messageTypes()).toEqual(['execution_start', 'execution_cached'])
  host.finish()
  expect(await session.end).toMatchObject({ outcome: 'succeeded', promptId: 'chosen-by-host-0' })
  expect(host.calls('POST', '/prompt')[0]?.body).not.toHaveProperty('prompt_id')
})

it('submits only when the host has said its first word on the socket', async () => {
  const host = await withHost()
  host.sends = false
  const session = host.session({ timings: { socketGraceMs: 60_000 } })
  await expect.poll(() => host.sockets.length).toBe(1)
  await expect.poll(() => host.calls('GET', `/history/${session.promptId}`).length).toBe(1)
  await caughtUp(host)
  expect(host.calls('POST', '/prompt')).toEqual([])
  host.sends = true
  host.send(session.promptId, 'status', { status: { exec_info: { queue_remaining: 0 } } })
  await expect.poll(() => host.pending.length).toBe(1)
})

it.each([
  ['the answer is lost', null],
  ['the answer is a 500', 500],
])('goes on with a queued prompt when %s, and never posts twice', async (_, status) => {
  const host = await withHost()
  host.intercept = (request, response) => {
    if (request.path !== '/prompt') return false
    host.accept(request)
    if (status === null) response.socket?.destroy()
    else response.writeHead(status).end('500 Internal Server Error')
    return true
  }
  const session = host.session()
  await expect.poll(() => session.has('submitted')).toBe(true)
  host.start()
  host.finish()
  expect(await session.end).toMatchObject({ outcome: 'succeeded' })
  expect(host.calls('POST', '/prompt')).toHaveLength(1)
})

it('throws after a 500 when two looks find the prompt nowhere', async () => {
  const host = await withHost()
  host.intercept = (request, response) => {
    if (request.path !== '/prompt') return false
    response.writeHead(500).end('500 Internal Server Error')
    return true
  }
  await expect(host.session().end).rejects.toMatchObject({ code: 'bad_status', status: 500 })
  expect(host.calls('POST', '/prompt')).toHaveLength(1)
  expect(host.calls('GET', '/queue')).toHaveLength(3)
})

it.each(['pending', 'running', 'ended'] as const)(
  'adopts a prompt that the host says it has already, %s, though no look had shown it',
  async (where) => {
    const host = await withHost()
    host.intercept = (request, response) => {
      if (request.path !== '/prompt') return false
      host.accept(request)
      if (where !== 'pending') host.start()
      if (where === 'ended') host.finish()
      response.writeHead(409, { 'content-type': 'application/json' })
      response.end('{"error":"prompt_id already exists"}')
      return true
    }
    const session = host.session()
    await expect.poll(() => session.has('submitted')).toBe(true)
    expect(session.updates).toContainEqual(
      expect.objectContaining({ type: 'submitted', adopted: true }),
    )
    if (where === 'pending') host.start()
    if (where !== 'ended') host.finish()
    expect(await session.end).toMatchObject({ outcome: 'succeeded' })
    expect(host.calls('POST', '/prompt')).toHaveLength(1)
  },
)

it('throws after a 409 when two looks find the prompt nowhere, and never posts twice', async () => {
  const host = await withHost()
  host.intercept = (request, response) => {
    if (request.path !== '/prompt') return false
    response.writeHead(409).end('{"error":"prompt_id already exists"}')
    return true
  }
  await expect(host.session().end).rejects.toMatchObject({ code: 'bad_status', status: 409 })
  expect(host.calls('POST', '/prompt')).toHaveLength(1)
  expect(host.calls('GET', '/queue')).toHaveLength(3)
})

it('throws at once when the host refuses the caller, without looking for a prompt', async () => {
  const host = await withHost()
  host.intercept = (request, response) => {
    if (request.path !== '/prompt') return false
    response.writeHead(403).end()
    return true
  }
  await expect(host.session().end).rejects.toMatchObject({ code: 'unauthorized', status: 403 })
  expect(host.calls('GET', '/queue')).toHaveLength(1)
})

it('throws unreachable when no host is there to submit to', async () => {
  const host = await withHost()
  const clock = createManualClock()
  await host.close()
  const session = host.session({ clock })
  await expect(clock.run(session.end)).rejects.toBeInstanceOf(HostError)
  await expect(session.end).rejects.toMatchObject({ code: 'unreachable' })
})

it('survives failing polls, and throws unreachable only when they go on', async () => {
  const host = await withHost()
  const clock = createManualClock()
  const session = host.session({ clock })
  await expect.poll(() => host.pending.length).toBe(1)
  let failures = 0
  host.intercept = (request, response) => {
    if (request.path === '/prompt' || failures >= 3) return false
    failures += 1
    response.writeHead(502).end()
    return true
  }
  await clock.until(() => failures === 3)
  const before = host.requests.length
  await clock.until(() => host.requests.length > before + 3)
  await host.close()
  await expect(clock.run(session.end)).rejects.toMatchObject({ code: 'unreachable' })
})
