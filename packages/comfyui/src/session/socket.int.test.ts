import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { QUICK } from '../testing/session.ts'
import { withHost } from '../testing/with-host.ts'

it('negotiates previews with metadata on every connection', async () => {
  const host = await withHost()
  const session = host.session()
  const flags = JSON.stringify({
    type: 'feature_flags',
    data: { supports_preview_metadata: true },
  })
  await expect.poll(() => host.sockets[0]?.received).toEqual([flags])
  host.dropSockets()
  await expect.poll(() => session.updates).toContainEqual({ type: 'socket', open: false })
  await expect.poll(() => host.sockets[0]?.received).toEqual([flags])
})

it('finishes a prompt whose socket never says a word', async () => {
  const host = await withHost()
  host.sends = false
  const session = host.session({ timings: { socketGraceMs: 10 } })
  await expect.poll(() => host.pending.length).toBe(1)
  host.start()
  host.finish()
  expect(await session.end).toMatchObject({ outcome: 'succeeded' })
  expect(session.messageTypes()).toEqual([])
})

it('finishes a prompt whose socket cannot connect, and keeps trying to connect', async () => {
  const host = await withHost()
  host.acceptsSockets = false
  const session = host.session({ timings: { socketGraceMs: 10 } })
  await expect.poll(() => host.pending.length).toBe(1)
  host.start()
  expect(session.has('socket')).toBe(false)
  host.acceptsSockets = true
  await expect.poll(() => session.updates).toContainEqual({ type: 'socket', open: true })
  host.acceptsSockets = false
  host.dropSockets()
  host.finish()
  expect(await session.end).toMatchObject({ outcome: 'succeeded' })
})

it('opens a deaf socket anew, one at a time, and hears again', async () => {
  const host = await withHost()
  const session = host.session()
  await expect.poll(() => host.pending.length).toBe(1)
  host.sends = false
  host.start()
  const deaf = host.sockets[0]?.socket
  await expect.poll(() => host.sockets[0]?.socket !== deaf && host.sockets.length).toBe(1)
  host.sends = true
  host.send(session.promptId, 'executing', { node: '2', prompt_id: session.promptId })
  await expect.poll(() => session.messageTypes()).toContain('executing')
  host.finish()
  expect(await session.end).toMatchObject({ outcome: 'succeeded' })
  expect(host.peakSockets).toBe(1)
  expect(session.deafness()).toEqual([true, false])
})

it('says of a prompt that is heard that it is heard, once, and when it runs', async () => {
  const host = await withHost()
  const session = host.session()
  await expect.poll(() => host.pending.length).toBe(1)
  expect(session.has('running')).toBe(false)
  host.start()
  await expect.poll(() => session.has('running')).toBe(true)
  host.finish()
  await session.end
  expect(session.deafness()).toEqual([false])
  expect(session.updates.filter(({ type }) => type === 'running')).toHaveLength(1)
})

it('says that messages do not arrive when a prompt ran and ended unheard', async () => {
  const host = await withHost()
  host.sends = false
  const session = host.session({ timings: { socketGraceMs: 10, deafMs: 60_000 } })
  await expect.poll(() => host.pending.length).toBe(1)
  host.start()
  const looks = () => host.calls('GET', '/queue').length
  const before = looks()
  await expect.poll(looks).toBeGreaterThan(before + 3)
  host.finish()
  await session.end
  expect(session.deafness()).toEqual([true])
})

it('blames no host for a long silence that a loading model explains', async () => {
  const host = await withHost()
  const session = host.session()
  await expect.poll(() => host.pending.length).toBe(1)
  host.start()
  await expect.poll(() => session.messageTypes()).toContain('execution_cached')
  const opened = () =>
    session.updates.filter((update) => update.type === 'socket' && update.open).length
  await expect.poll(opened).toBe(3)
  expect(session.deafness()).toEqual([false])
  // one more in vain, and a load does not explain it any more
  await expect.poll(() => session.deafness()).toEqual([false, true])
})

it('finishes a prompt that ended while the socket was away', async () => {
  const host = await withHost()
  const session = host.session()
  await expect.poll(() => host.pending.length).toBe(1)
  host.start()
  await expect.poll(() => session.messageTypes()).toContain('execution_start')
  host.acceptsSockets = false
  host.dropSockets()
  await expect.poll(() => host.sockets.length).toBe(0)
  host.finish()
  expect(await session.end).toMatchObject({ outcome: 'succeeded' })
  expect(session.messageTypes()).not.toContain('execution_success')
})

it('gives up a connection on which no ping is answered, and makes another', async () => {
  const host = await withHost()
  const session = host.session({
    timings: { socket: { ...QUICK.socket, pingMs: 20, missedPings: 2 } },
  })
  await expect.poll(() => host.pending.length).toBe(1)
  // what is sent there is not read any more
  host.sockets[0]?.socket.pause()
  await expect.poll(() => session.updates).toContainEqual({ type: 'socket', open: false })
  await expect.poll(() => host.sockets.length).toBeGreaterThan(1)
  host.start()
  host.finish()
  expect(await session.end).toMatchObject({ outcome: 'succeeded' })
})

it('passes on neither other prompts’ messages nor previews outside of our own run', async () => {
  const host = await withHost()
  const session = host.session()
  const jpeg = Buffer.from('0000000100000001ffd8ff', 'hex')
  const text = Buffer.concat([Buffer.from('0000000300000001', 'hex'), Buffer.from('2our text')])
  const foreignText = Buffer.concat([
    Buffer.from('0000000300000002', 'hex'),
    Buffer.from('77theirs'),
  ])
  await expect.poll(() => host.pending.length).toBe(1)
  await expect.poll(() => session.has('submitted')).toBe(true)

  host.sendBinary('*', jpeg)
  host.sendBinary('*', text)
  host.send('*', 'progress', { value: 1, max: 2, node: '2', prompt_id: randomUUID() })
  host.send('*', 'progress_state', { prompt_id: randomUUID(), nodes: {} })
  host.send('*', 'executing', { node: '2', display_node: '2' })
  host.start()
  host.sendBinary('*', jpeg)
  host.sendBinary('*', text)
  host.sendBinary('*', foreignText)
  host.send(session.promptId, 'executing', { node: null, prompt_id: session.promptId })
  host.sendBinary('*', jpeg)
  host.send(session.promptId, 'executing', { node: '3', prompt_id: session.promptId })
  await expect
    .poll(() => session.messageTypes().filter((type) => type === 'executing').length)
    .toBe(2)

  expect(session.messageTypes()).toEqual([
    'execution_start',
    'execution_cached',
    'preview',
    'text',
    'executing',
    'executing',
  ])
})

it.each([
  { watched: true, hearOut: false, passed: 2 },
  { watched: false, hearOut: false, passed: 1 },
  { watched: false, hearOut: true, passed: 2 },
])('reads pictures for whoever wants them: %j', async ({ watched, hearOut, passed }) => {
  const host = await withHost()
  let looks = true
  const session = host.session({ hearOut, previews: () => looks })
  await expect.poll(() => host.pending.length).toBe(1)
  host.start()
  host.sendBinary('*', Buffer.from('0000000100000001ffd8ff', 'hex'))
  const previews = () => session.messageTypes().filter((type) => type === 'preview').length
  await expect.poll(previews).toBe(1)
  looks = watched
  host.sendBinary('*', Buffer.from('0000000100000001ffd8ff', 'hex'))
  host.finish()
  await session.end
  expect(previews()).toBe(passed)
})
