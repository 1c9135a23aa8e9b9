/** The simplest wrapper: one prompt at a time, told by its socket that it has ended, then history and the files. */
import { fetchOutputs } from './outputs.ts'
import { type Done, listen, now, post, type Way } from './way.ts'

export const simplest: Way = async ({ url, http, jobs }) => {
  const ended = new Set<string>()
  let wake = (): void => undefined
  const socket = await listen(url, (promptId) => {
    ended.add(promptId)
    wake()
  })
  try {
    const done: Done[] = []
    for (const job of jobs) {
      const promptId = await post({ url, http }, job, socket.clientId)
      while (!ended.has(promptId))
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      done.push({ promptId, knownAt: now() })
      await fetchOutputs({ url, http }, promptId)
    }
    return done
  } finally {
    socket.close()
  }
}
