/** Asks `GET /scale` all the while, as a scaler does, and holds it to what becomes of the jobs. */
import { setTimeout as delay } from 'node:timers/promises'
import { isTerminal, type PoolScale, poolScaleSchema } from '@safelight/shared'
import { until } from '@safelight/testkit'
import { getJob } from './client.ts'

export interface ScaleWatch {
  /** Zeros that were told while a job waited or ran; in words. */
  faults: string[]
  zeros(): number
  /** From here on it must not be taken for nothing. */
  accepted(jobId: string): void
  /** The first numbers that pass. */
  when(what: string, test: (scale: PoolScale) => boolean): Promise<PoolScale>
  stop(): Promise<void>
}

/** Numbers are a second old at most; and what is asked takes a while. */
const STALE_MS = 1_500
const PACE_MS = 50

export function watchScale(url: string): ScaleWatch {
  const faults: string[] = []
  const acceptedAt = new Map<string, number>()
  const end = new AbortController()
  let zeros = 0

  async function ask(): Promise<PoolScale> {
    const answer = await fetch(`${url}/api/v2/scale?pool=any`)
    return poolScaleSchema.parse(await answer.json())
  }

  async function look(): Promise<void> {
    const askedAt = Date.now()
    const { wanted_hosts: wanted, backlog, running } = await ask()
    if (wanted > 0) return
    zeros += 1
    if (backlog + running > 0) faults.push(`none wanted for ${backlog} and ${running}`)
    for (const [jobId, at] of acceptedAt) {
      const { status } = await getJob(url, jobId)
      // what has not ended now had not ended then
      if (isTerminal(status)) acceptedAt.delete(jobId)
      else if (at < askedAt - STALE_MS) faults.push(`none wanted for ${jobId}, which is ${status}`)
    }
  }

  async function watch(): Promise<void> {
    while (!end.signal.aborted) {
      await look()
      await delay(PACE_MS)
    }
  }

  const watching = watch()
  return {
    faults,
    zeros: () => zeros,
    accepted: (jobId) => void acceptedAt.set(jobId, Date.now()),
    when: (what, test) =>
      until(
        async () => {
          const scale = await ask()
          return test(scale) ? scale : null
        },
        { what },
      ),
    async stop() {
      end.abort()
      await watching
    },
  }
}
