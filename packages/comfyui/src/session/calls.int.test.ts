/** What a session asks of a host, and what it finds when the host forgets to say something. */
import { expect, it } from 'vitest'
import { createManualClock } from '../testing/manual-clock.ts'
import { DEFAULT_TIMINGS } from './timings.ts'
import { caughtUp, withHost } from '../testing/with-host.ts'

type Host = Awaited<ReturnType<typeof withHost>>

/** Calls without the one for the version, of which a client makes one in its life. */
function callsOf(host: Host): string[] {
  return host.requests
    .map(({ method, path }) => `${method} ${path}`)
    .filter((call) => call !== 'GET /system_stats')
}

const USUAL = { ...DEFAULT_TIMINGS }

it('posts a prompt that is fresh, is told of its end, and asks history for it: two calls', async () => {
  const host = await withHost()
  const session = host.session({ fresh: true, timings: USUAL })
  await expect.poll(() => host.pending.length).toBe(1)
  await expect.poll(() => session.has('submitted')).toBe(true)
  host.start()
  host.finish()
  expect(await session.end).toMatchObject({ outcome: 'succeeded' })
  expect(callsOf(host)).toEqual(['POST /prompt', `GET /history/${session.promptId}`])
})

it('makes the same two calls when the prompt is over before the POST is answered', async () => {
  const host = await withHost()
  host.intercept = (request, response) => {
    if (request.path !== '/prompt') return false
    const { promptId } = host.accept(request)
    host.start()
    host.finish()
    void caughtUp(host).then(() => response.end(JSON.stringify({ prompt_id: promptId, number: 1 })))
    return true
  }
  const session = host.session({ fresh: true, timings: USUAL })
  expect(await session.end).toMatchObject({ outcome: 'succeeded' })
  expect(callsOf(host)).toEqual(['POST /prompt', `GET /history/${session.promptId}`])
})

it('looks before it posts what may have been posted, and what is fresh on a host that is not heard', async () => {
  const host = await withHost()
  const notFresh = host.session()
  await expect.poll(() => host.pending.length).toBe(1)
  host.acceptsSockets = false
  const unheard = host.session({ fresh: true, timings: { socketGraceMs: 10 } })
  await expect.poll(() => host.pending.length).toBe(2)
  const before = callsOf(host).filter((call) => /history|POST/.test(call))
  const posted = before.indexOf('POST /prompt')
  expect(before.indexOf(`GET /history/${notFresh.promptId}`)).toBeLessThan(posted)
  expect(before.indexOf(`GET /history/${unheard.promptId}`)).toBeLessThan(
    before.lastIndexOf('POST /prompt'),
  )
})

/** A prompt that the host has and the session is told of, on a clock that waits for the test. */
async function watched(begin: (host: Host) => void) {
  const host = await withHost()
  const clock = createManualClock()
  const session = host.session({ fresh: true, clock, timings: USUAL })
  // nothing of this takes time
  await expect.poll(() => session.has('submitted')).toBe(true)
  begin(host)
  await caughtUp(host)
  return { host, clock, session }
}

it('finds an end that the host does not tell as soon as if nobody had listened', async () => {
  const { host, clock, session } = await watched((begun) => begun.start())
  host.sends = false
  host.finish()
  expect(await clock.run(session.end)).toMatchObject({ outcome: 'succeeded' })
  expect(clock.now()).toBe(USUAL.pollMs)
})

it('finds the end of one that waited, and of which the host never said a word, on the beat', async () => {
  const { host, clock, session } = await watched((waiting) => {
    // another's runs before it
    waiting.enqueue({ promptId: 'other', clientId: 'other', workflow: {} })
    waiting.pending.reverse()
    waiting.start()
  })
  let at: number | null = null
  host.intercept = (request, response) => {
    if (request.path !== '/queue' || at !== null) return false
    at = clock.now()
    response.once('finish', () => {
      host.sends = false
      host.finish()
      host.start()
      host.finish()
    })
    return false
  }
  expect(await clock.run(session.end)).toMatchObject({ outcome: 'succeeded' })
  expect([at, clock.now()]).toEqual([USUAL.pollMs, USUAL.pollMs + USUAL.beatMs])
})

it('looks at one that talks only on the beat', async () => {
  const { host, clock, session } = await watched((begun) => begun.start())
  const at = clock.now()
  for (let value = 0; clock.now() - at < 3 * USUAL.beatMs; value += 1) {
    const { promptId } = session
    host.send(promptId, 'progress', { value, max: 999, node: '2', prompt_id: promptId })
    await caughtUp(host)
    const until = clock.now() + 500
    clock.after(500, () => {})
    await clock.until(() => clock.now() >= until)
  }
  expect(host.calls('GET', '/queue').length).toBeLessThanOrEqual(3)
  host.finish()
  expect(await clock.run(session.end)).toMatchObject({ outcome: 'succeeded' })
})
