/** What a blow to Redis must not harm: a job that runs before the eyes of watchers, and others that wait. */
import { expect } from 'vitest'
import { getJob, submit, whenExecuting } from './client.ts'
import { followBySocket } from './follow-socket.ts'
import { followBySse } from './follow-sse.ts'
import { finalOf } from './follower.ts'
import { brief, slow } from './workflows.ts'

export interface JobsUnderWay {
  /** Executes on its host. */
  running: string
  /** Behind it. */
  waiting: string[]
  /** For when the job has ended: each watcher has seen it to the end that its record tells, everything once and in order. */
  expectWatchedToEnd(): Promise<void>
}

/** @param shape how long the one runs, and how many wait behind it */
export async function putJobsUnderWay(
  url: string,
  { steps, seconds, waiting }: { steps: number; seconds: number; waiting: number },
): Promise<JobsUnderWay> {
  const running = (await submit(url, slow({ steps, seconds }))).id
  await whenExecuting(url, running)
  const others = await Promise.all(Array.from({ length: waiting }, () => submit(url, brief())))
  const follow = {
    jobId: running,
    pickUrl: () => url,
    eventsUntilDrop: () => Infinity,
    signal: AbortSignal.timeout(60_000),
  }
  const watching = Promise.all([followBySocket(follow), followBySse(follow)])
  return {
    running,
    waiting: others.map(({ id }) => id),
    async expectWatchedToEnd() {
      const watched = await watching
      const record = finalOf(await getJob(url, running))
      for (const { final, disorder } of watched)
        expect({ final, disorder }).toEqual({ final: record, disorder: [] })
    },
  }
}
