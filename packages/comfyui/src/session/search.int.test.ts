/** A prompt that the host may have already: how long it is looked for, and that it is found. */
import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { createManualClock } from '../testing/manual-clock.ts'
import { SLOW_WORKFLOW } from '../testing/session.ts'
import { withHost } from '../testing/with-host.ts'

it.each(['', 'cancel'])(
  'looks for a prompt that was there before for as long as its host may be silent: no other has it (%s)',
  async (reason) => {
    const host = await withHost()
    const clock = createManualClock()
    const promptId = randomUUID()
    host.enqueue({ promptId, clientId: promptId, workflow: SLOW_WORKFLOW })
    host.start()
    let silences = 0
    host.intercept = (request, response) => {
      if (request.path !== '/queue' || silences === 5) return false
      silences += 1
      response.writeHead(502).end()
      return true
    }
    const timings = { firstLookMs: 1, unreachableMs: 600_000 }
    const session = host.session({ clock, promptId, wasSubmitted: true, timings })
    if (reason) session.abort(reason)
    let isOver = false
    session.end.catch(() => (isOver = true))
    await clock.until(() => isOver || session.has('submitted'))
    expect(session.has('submitted')).toBe(true)
    host.finish()
    expect(await clock.run(session.end)).toMatchObject({ outcome: 'succeeded', promptId })
    expect(host.calls('POST', '/prompt')).toEqual([])
  },
)

it.each([{ status: 'fine' }, { outputs: {}, status: null }, { outputs: 7, status: [] }])(
  'finds its mark on an old host in an entry of which nothing else can be read: %o',
  async (unreadable) => {
    const host = await withHost('0.3.34')
    const promptId = randomUUID()
    const { number } = host.enqueue({
      promptId: 'chosen',
      clientId: promptId,
      workflow: SLOW_WORKFLOW,
    })
    host.pending = []
    const prompt = [number, 'chosen', SLOW_WORKFLOW, { client_id: promptId }, ['3']]
    host.history.set('chosen', { prompt, ...unreadable })
    const session = host.session({ promptId })
    expect(await session.end).toEqual({ outcome: 'unreadable', promptId: 'chosen' })
    expect(host.calls('POST', '/prompt')).toEqual([])
  },
)
