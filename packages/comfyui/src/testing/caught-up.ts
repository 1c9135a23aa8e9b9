/** Waits until every client of a fake host has read what was said to it so far. */
import { once } from 'node:events'
import type { FakeHost } from './fake-host.ts'

export async function caughtUp(host: FakeHost): Promise<void> {
  await Promise.all(
    host.sockets.map(async ({ socket }) => {
      const answered = once(socket, 'pong')
      socket.ping()
      await answered
    }),
  )
}
