import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { PromptRejected } from '../errors.ts'
import { SLOW_WORKFLOW } from '../testing/session.ts'
import { withHost } from '../testing/with-host.ts'

const OUTPUT = { node_id: '3', filename: 'a_00001_.png', subfolder: '', type: 'output' }

it('submits once, under our id, after the socket is registered, and ends with what history lists', async () => {
  const host = await withHost()
  const session = host.session()
  await expect.poll(() => host.pending.length).toBe(1)
  expect(host.sockets.map((entry) => entry.clientId)).toEqual([session.promptId])
  host.start()
  host.finish()

  expect(await session.end).toEqual({
    outcome: 'succeeded',
    promptId: session.promptId,
    outputs: [OUTPUT],
  })
  expect(host.calls('POST', '/prompt').map((call) => call.body)).toEqual([
    { prompt: SLOW_WORKFLOW, client_id: session.promptId, prompt_id: session.promptId },
  ])
  expect(session.updates[0]).toEqual({ type: 'socket', open: true })
  expect(session.updates).toContainEqual({
    type: 'submitted',
    promptId: session.promptId,
    adopted: false,
    outputNodes: [],
    nodeErrors: {},
  })
  await expect.poll(() => host.sockets).toEqual([])
})

it('reports a failed node as history tells it', async () => {
  const host = await withHost()
  const session = host.session()
  await expect.poll(() => host.pending.length).toBe(1)
  host.start()
  host.finish('execution_error')
  expect(await session.end).toMatchObject({
    outcome: 'failed',
    failure: { nodeId: '2', exceptionType: 'ValueError', message: 'no such luck' },
  })
})

it('does not take execution_success for the end while history is not written', async () => {
  const host = await withHost()
  const session = host.session({ timings: { pollMs: 60_000 } })
  await expect.poll(() => host.pending.length).toBe(1)
  host.start()
  host.send(session.promptId, 'execution_success', { prompt_id: session.promptId, timestamp: 1 })
  await expect.poll(() => session.messageTypes()).toContain('execution_success')
  host.finish()
  expect(await session.end).toMatchObject({ outcome: 'succeeded', outputs: [OUTPUT] })
})

it('goes on after an execution_error that only says a branch was blocked', async () => {
  const host = await withHost()
  const session = host.session()
  await expect.poll(() => host.pending.length).toBe(1)
  host.start()
  host.send(session.promptId, 'execution_error', {
    prompt_id: session.promptId,
    node_id: '2',
    node_type: 'Blocker',
    exception_type: 'ExecutionBlocked',
    exception_message: 'Execution Blocked: no',
    traceback: [],
    executed: [],
    current_inputs: [],
    current_outputs: [],
  })
  await expect.poll(() => session.messageTypes()).toContain('execution_error')
  host.finish()
  expect(await session.end).toMatchObject({ outcome: 'succeeded' })
})

it('calls a prompt lost that is in neither queue nor history', async () => {
  const host = await withHost()
  const session = host.session()
  await expect.poll(() => host.pending.length).toBe(1)
  host.start()
  await expect.poll(() => session.messageTypes()).toContain('execution_start')
  host.running = []
  expect(await session.end).toEqual({ outcome: 'lost', promptId: session.promptId })
})

it('says that a success has vanished whose history was wiped before anybody read it', async () => {
  const host = await withHost()
  const session = host.session()
  await expect.poll(() => host.pending.length).toBe(1)
  host.intercept = (request) => {
    if (request.path.startsWith('/history')) host.history.clear()
    return false
  }
  host.start()
  host.finish()
  expect(await session.end).toEqual({ outcome: 'vanished', promptId: session.promptId })
})

it.each(['absent', 'hollow'])(
  'believes the success that it heard while history is %s for a moment',
  async (state) => {
    const host = await withHost()
    const session = host.session({ timings: { settleMs: 60_000 } })
    await expect.poll(() => host.pending.length).toBe(1)
    const { promptId } = session
    host.start()
    const output = { images: [{ filename: 'a_00001_.png', subfolder: '', type: 'output' }] }
    host.send(promptId, 'executed', { node: '3', display_node: '3', output, prompt_id: promptId })
    let looks = 0
    host.intercept = (request, response) => {
      if (request.path !== `/history/${promptId}` || host.history.size === 0) return false
      looks += 1
      if (looks > 5) return false
      const hollow = { prompt: [], outputs: {}, status: null }
      response.end(JSON.stringify(state === 'absent' ? {} : { [promptId]: hollow }))
      return true
    }
    host.finish()
    expect(await session.end).toMatchObject({ outcome: 'succeeded', outputs: [OUTPUT] })
    expect(host.calls('POST', '/prompt')).toHaveLength(1)
  },
)

it('takes no history that says neither how it ended nor what it made for a success, whatever was heard', async () => {
  const host = await withHost()
  const promptId = randomUUID()
  host.enqueue({ promptId, clientId: promptId, workflow: SLOW_WORKFLOW })
  host.start()
  host.finish()
  let looks = 0
  host.intercept = (request, response) => {
    if (request.path !== `/history/${promptId}` || looks > 5) return false
    looks += 1
    response.end(JSON.stringify({ [promptId]: { prompt: [], outputs: {}, status: null } }))
    return true
  }
  const session = host.session({ promptId, wasSubmitted: true, timings: { settleMs: 60_000 } })
  expect(await session.end).toMatchObject({ outcome: 'succeeded', outputs: [OUTPUT] })
  expect(host.calls('POST', '/prompt')).toEqual([])
})

it('does not call a prompt lost that one look missed', async () => {
  const host = await withHost()
  const session = host.session()
  await expect.poll(() => host.pending.length).toBe(1)
  host.start()
  let missed = false
  host.intercept = (request, response) => {
    if (request.path !== '/queue' || missed) return false
    missed = true
    response.end('{"queue_running":[],"queue_pending":[]}')
    return true
  }
  await expect.poll(() => missed).toBe(true)
  const polls = host.calls('GET', '/queue').length
  await expect.poll(() => host.calls('GET', '/queue').length).toBeGreaterThan(polls + 1)
  host.finish()
  expect(await session.end).toMatchObject({ outcome: 'succeeded' })
})

it('throws PromptRejected with the reason per node and without tracebacks', async () => {
  const host = await withHost()
  host.intercept = (request, response) => {
    if (request.path !== '/prompt') return false
    response.statusCode = 400
    response.end(
      JSON.stringify({
        error: {
          type: 'prompt_outputs_failed_validation',
          message: 'no',
          details: '',
          extra_info: {},
        },
        node_errors: {
          3: {
            class_type: 'SaveImage',
            dependent_outputs: ['3'],
            errors: [
              {
                type: 'exception_during_validation',
                message: 'Exception when validating node',
                details: "'99'",
                extra_info: { exception_type: 'KeyError', traceback: ['File "/home/x"'] },
              },
            ],
          },
        },
      }),
    )
    return true
  }
  const refusal = await host.session().end.catch((error: unknown) => error)
  expect(refusal).toBeInstanceOf(PromptRejected)
  expect(refusal).toMatchObject({
    reason: 'prompt_outputs_failed_validation',
    nodeErrors: { 3: { errors: [{ extra_info: { exception_type: 'KeyError' } }] } },
  })
  expect(JSON.stringify(refusal)).not.toContain('traceback')
})

it('ends with the listener’s error instead of bringing the process down', async () => {
  const host = await withHost()
  const session = host.session({
    onUpdate(update) {
      if (update.type === 'message') throw new RangeError('the listener broke')
    },
  })
  await expect.poll(() => host.pending.length).toBe(1)
  host.start()
  await expect(session.end).rejects.toThrow(RangeError)
})
