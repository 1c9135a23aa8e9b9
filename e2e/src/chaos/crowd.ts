/** One owner who sends thousands of small jobs before anything else happens. */
import type { Workflow } from '@safelight/shared'
import { slow } from '../testing/workflows.ts'
import { send } from './send.ts'

export interface CrowdOptions {
  urls: readonly string[]
  count: number
  /** Ids of the accepted ones are put here. */
  accepted: string[]
  signal: AbortSignal
}

const OWNER = 'crowd'
/** Requests at a time. */
const AT_ONCE = 16
/** Other colours than those of the load: no host has their results already. */
const FIRST_COLOR = 0x800000
/** Of the host's time, at its speed: so that a crowd lasts for most of a run. */
const SECONDS = 2

export async function submitCrowd({ urls, count, accepted, signal }: CrowdOptions): Promise<void> {
  let next = 0
  async function submitSome(url: string): Promise<void> {
    while (next < count && !signal.aborted) {
      next += 1
      const { jobId } = await send(url, { workflow: tiny(next), owner: OWNER })
      if (jobId) accepted.push(jobId)
    }
  }
  const senders = Array.from({ length: AT_ONCE }, (_, n) => urls[n % urls.length] ?? '')
  await Promise.all(senders.map(submitSome))
}

function tiny(n: number): Workflow {
  return slow({ color: FIRST_COLOR + n, steps: 1, seconds: SECONDS })
}
