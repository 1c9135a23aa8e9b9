import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { createManualClock } from '../testing/manual-clock.ts'
import { SLOW_WORKFLOW } from '../testing/session.ts'
import { withHost } from '../testing/with-host.ts'

it('cancels a pending prompt and ends when it is gone from the queue', async () => {
  const host = await withHost()
  const session = host.session()
  await expect.poll(() => session.has('submitted')).toBe(true)
  session.abort('cancel')
  expect(await session.end).toEqual({
    outcome: 'canceled',
    promptId: session.promptId,
    outputs: [],
  })
  expect(host.pending).toEqual([])
})

it('interrupts a running prompt again and again until the host obeys', async () => {
  const host = await withHost()
  const session = host.session()
  await expect.poll(() => host.pending.length).toBe(1)
  host.start()
  await expect.poll(() => session.messageTypes()).toContain('execution_start')
  host.intercept = (request) => {
    // the first two meet the prompt’s first moment and are lost
    if (request.path === '/interrupt' && host.calls('POST', '/interrupt').length === 3) {
      host.finish('execution_interrupted')
    }
    return false
  }
  session.abort('cancel')
  expect(await session.end).toMatchObject({ outcome: 'canceled', promptId: session.promptId })
  expect(host.calls('POST', '/interrupt').map((call) => call.body)).toEqual(
    Array.from({ length: 3 }, () => ({ prompt_id: session.promptId })),
  )
})

it('says succeeded when the prompt finished before the cancel reached it', async () => {
  const host = await withHost()
  const session = host.session()
  await expect.poll(() => host.pending.length).toBe(1)
  host.start()
  host.intercept = (request) => {
    if (request.path === '/interrupt') host.finish()
    return false
  }
  session.abort('cancel')
  expect(await session.end).toMatchObject({ outcome: 'succeeded' })
})

it('says succeeded when the prompt finished between the two calls of the look after a cancel', async () => {
  const host = await withHost()
  const session = host.session()
  await expect.poll(() => host.pending.length).toBe(1)
  host.start()
  await expect.poll(() => session.messageTypes()).toContain('execution_start')
  host.intercept = (request) => {
    const looking = request.method === 'GET' && request.path === '/queue'
    if (looking && host.calls('POST', '/interrupt').length > 0 && host.running[0]) host.finish()
    return false
  }
  session.abort('cancel')
  expect(await session.end).toMatchObject({ outcome: 'succeeded' })
})

it('interrupts on an old host only while the running prompt is its own', async () => {
  const host = await withHost('0.3.34')
  host.enqueue({ promptId: 'theirs', clientId: 'them', workflow: SLOW_WORKFLOW })
  host.start()
  const session = host.session()
  await expect.poll(() => session.has('submitted')).toBe(true)
  // the host loses the first deletes, so that the session has to look twice while theirs runs
  host.intercept = (request, response) => {
    if (request.method !== 'POST' || request.path !== '/queue') return false
    if (host.calls('POST', '/queue').length > 3) return false
    response.end()
    return true
  }
  session.abort('cancel')
  expect(await session.end).toMatchObject({ outcome: 'canceled' })
  expect(host.calls('POST', '/queue').length).toBeGreaterThan(3)
  expect(host.calls('POST', '/interrupt')).toEqual([])
  expect(host.running.map((prompt) => prompt.promptId)).toEqual(['theirs'])
})

it('sends an old host the interrupt without a name when its own prompt runs', async () => {
  const host = await withHost('0.3.34')
  const session = host.session()
  await expect.poll(() => host.pending.length).toBe(1)
  host.start()
  await expect.poll(() => session.messageTypes()).toContain('execution_start')
  host.intercept = (request) => {
    if (request.path === '/interrupt') host.finish('execution_interrupted')
    return false
  }
  session.abort('cancel')
  expect(await session.end).toMatchObject({ outcome: 'canceled' })
  expect(host.calls('POST', '/interrupt').map((call) => call.body)).toEqual([{}])
})

it('is canceled without a trace when the cancel comes before the submit', async () => {
  const host = await withHost()
  const session = host.session({ signal: AbortSignal.abort('cancel') })
  expect(await session.end).toEqual({ outcome: 'canceled', promptId: null, outputs: [] })
  expect(host.calls('POST', '/prompt')).toEqual([])
})

it('still stops what an earlier life submitted when the cancel came first', async () => {
  const host = await withHost()
  const promptId = randomUUID()
  host.enqueue({ promptId, clientId: promptId, workflow: SLOW_WORKFLOW })
  const session = host.session({ promptId, signal: AbortSignal.abort('cancel') })
  expect(await session.end).toEqual({ outcome: 'canceled', promptId, outputs: [] })
  expect(host.pending).toEqual([])
})

it('does not call a prompt canceled that the host goes on running', async () => {
  const host = await withHost()
  const clock = createManualClock()
  const session = host.session({ clock, timings: { stopMs: 150 } })
  await expect.poll(() => host.pending.length).toBe(1)
  host.start()
  await expect.poll(() => session.messageTypes()).toContain('execution_start')
  session.abort('cancel')
  expect(await clock.run(session.end)).toEqual({
    outcome: 'stalled',
    promptId: session.promptId,
    interrupted: false,
  })
})

it('leaves the prompt running when the caller lets go for any other reason', async () => {
  const host = await withHost()
  const session = host.session()
  await expect.poll(() => host.pending.length).toBe(1)
  host.start()
  await expect.poll(() => session.messageTypes()).toContain('execution_start')
  session.abort('drain')
  expect(await session.end).toEqual({ outcome: 'detached', promptId: session.promptId })
  expect(host.running).toHaveLength(1)
  expect(host.calls('POST', '/interrupt')).toEqual([])
  expect(host.calls('POST', '/queue')).toEqual([])
})

it('lets a submit in flight be answered before it lets go', async () => {
  const host = await withHost()
  let release = () => {}
  host.intercept = (request, response) => {
    if (request.path !== '/prompt') return false
    release = () => {
      const { promptId, number } = host.accept(request)
      response.end(JSON.stringify({ prompt_id: promptId, number, node_errors: {} }))
    }
    return true
  }
  const session = host.session()
  await expect.poll(() => host.calls('POST', '/prompt').length).toBe(1)
  session.abort('drain')
  release()
  expect(await session.end).toEqual({ outcome: 'detached', promptId: session.promptId })
  expect(session.has('submitted')).toBe(true)
})

it('interrupts a running prompt that does not move, and says that it stopped', async () => {
  const host = await withHost()
  const clock = createManualClock()
  const session = host.session({ clock, timings: { stallMs: 120 } })
  await expect.poll(() => host.pending.length).toBe(1)
  host.start()
  host.intercept = (request) => {
    if (request.path === '/interrupt') host.finish('execution_interrupted')
    return false
  }
  expect(await clock.run(session.end)).toEqual({
    outcome: 'stalled',
    promptId: session.promptId,
    interrupted: true,
  })
})

it('says that a stalled prompt did not stop when the host ignores the interrupt', async () => {
  const host = await withHost()
  const clock = createManualClock()
  const session = host.session({ clock, timings: { stallMs: 120, stopMs: 150 } })
  await expect.poll(() => host.pending.length).toBe(1)
  host.start()
  expect(await clock.run(session.end)).toMatchObject({ outcome: 'stalled', interrupted: false })
  expect(host.calls('POST', '/interrupt').length).toBeGreaterThan(1)
})

it('takes a prompt back that the host does not begin though nothing else runs', async () => {
  const host = await withHost()
  const clock = createManualClock()
  const session = host.session({ clock, timings: { stallMs: 120 } })
  const { promptId } = session
  expect(await clock.run(session.end)).toEqual({
    outcome: 'stalled',
    promptId,
    interrupted: false,
    neverRan: true,
  })
  expect(host.pending).toEqual([])
})

it('takes neither waiting in the queue nor slow steps for a stall, but repetition for one', async () => {
  const host = await withHost()
  const clock = createManualClock()
  host.enqueue({ promptId: randomUUID(), clientId: 'another', workflow: {} })
  host.start()
  const session = host.session({ clock, timings: { stallMs: 300 } })
  await expect.poll(() => host.pending.length).toBe(1)
  const polls = () => host.calls('GET', '/queue').length
  // well past the limit, but waiting
  const submittedAt = clock.now()
  await clock.until(() => clock.now() - submittedAt > 450)
  host.finish()
  host.start()
  const startedAt = clock.now()
  let value = 0
  const say = () =>
    host.send(session.promptId, 'progress', {
      value,
      max: 9_999,
      node: '2',
      prompt_id: session.promptId,
    })
  await clock.until(() => {
    value += 1
    say()
    return clock.now() - startedAt > 450
  })
  expect(host.calls('POST', '/interrupt')).toEqual([])
  expect(polls()).toBeGreaterThan(5)

  host.intercept = (request) => {
    if (request.path === '/interrupt') host.finish('execution_interrupted')
    return false
  }
  const repeating = setInterval(say, 5)
  expect(await clock.run(session.end)).toMatchObject({ outcome: 'stalled', interrupted: true })
  clearInterval(repeating)
})
