/** The most that a host can do: its queue is never empty, and nobody carries anything away. */
import { type Done, listen, now, post, type Way } from './way.ts'

/** Waiting behind the one that runs. */
const DEPTH = 3

export const direct: Way = async ({ url, http, jobs }) => {
  const done: Done[] = []
  let next = 0
  let finish = (): void => undefined
  let fail = (_error: unknown): void => undefined
  const all = new Promise<void>((resolve, reject) => {
    finish = resolve
    fail = reject
  })
  const feed = (): void => {
    const job = jobs[next++]
    if (job) void post({ url, http }, job, socket.clientId).catch(fail)
  }
  const socket = await listen(url, (promptId) => {
    feed()
    done.push({ promptId, knownAt: now() })
    if (done.length === jobs.length) finish()
  })
  try {
    for (let n = 0; n <= DEPTH; n += 1) feed()
    await all
    return done
  } finally {
    socket.close()
  }
}
