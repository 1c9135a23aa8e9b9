/** How people do without us: by asking. Each way is rebuilt here as plainly as it goes. */
import { setTimeout as delay } from 'node:timers/promises'
import { fetchOutputs, outputsOf } from './outputs.ts'
import { type Done, now, post, type Way } from './way.ts'

const PROXY_LOOK_MS = 500
const NAIVE_LOOK_MS = 1_000

/** A proxy in front of the host: all jobs go straight into its queue, and each is asked for, in history, then in the queue. */
export const proxy: Way = async ({ url, http, jobs }) =>
  await Promise.all(
    jobs.map(async (job): Promise<Done> => {
      const promptId = await post({ url, http }, job)
      while ((await outputsOf({ url, http }, promptId)) === null) {
        await http.json(`${url}/queue`)
        await delay(PROXY_LOOK_MS)
      }
      const knownAt = now()
      await fetchOutputs({ url, http }, promptId)
      return { promptId, knownAt }
    }),
  )

/** A script: one job after the other, asked for once a second. */
export const naive: Way = async ({ url, http, jobs }) => {
  const done: Done[] = []
  for (const job of jobs) {
    const promptId = await post({ url, http }, job)
    do await delay(NAIVE_LOOK_MS)
    while ((await outputsOf({ url, http }, promptId)) === null)
    done.push({ promptId, knownAt: now() })
    await fetchOutputs({ url, http }, promptId)
  }
  return done
}
