/** Gives a test a fake host and closes it afterwards, with whatever still runs on it. */
import { once } from 'node:events'
import { onTestFinished } from 'vitest'
import type { FakeHost } from './fake-host.ts'
import { startFakeHost } from './fake-host.ts'
import type { PromptSession } from './session.ts'
import { startSession } from './session.ts'

type StartOptions = Parameters<typeof startSession>[1]

export interface TestHost extends FakeHost {
  session(options?: StartOptions): PromptSession
}

/** @param version of the ComfyUI it claims to be; before 0.3.45 it chooses its own prompt ids */
export async function withHost(version = '0.33.0'): Promise<TestHost> {
  const host = await startFakeHost(version, version.startsWith('0.3.3'))
  const sessions: PromptSession[] = []
  onTestFinished(async () => {
    for (const session of sessions) session.abort('the test is over')
    await Promise.allSettled(sessions.map((session) => session.end))
    await host.close()
  })
  return Object.assign(host, {
    session(options: StartOptions = {}) {
      const session = startSession(host.url, options)
      sessions.push(session)
      return session
    },
  })
}

/** Waits until every client of the host has read what was sent to it so far. */
export async function caughtUp(host: FakeHost): Promise<void> {
  await Promise.all(
    host.sockets.map(async ({ socket }) => {
      const answered = once(socket, 'pong')
      socket.ping()
      await answered
    }),
  )
}
