/** Submits jobs at a steady pace and cancels some, as clients do: whatever is not accepted is tried again as a new one. */
import { setTimeout as delay } from 'node:timers/promises'
import { jobViewSchema, type Workflow } from '@safelight/shared'
import type { Random } from '../testing/random.ts'
import { pickWorkflow } from './wanted.ts'

export interface Load {
  /** Answers other than 201, by what they were. */
  readonly refused: ReadonlyMap<string, number>
  /** Jobs whose cancel was asked for, whether it was answered or not. */
  readonly canceled: ReadonlySet<string>
  /** Runs until the signal aborts and the last answer is in. */
  readonly done: Promise<void>
}

export interface LoadOptions {
  urls: readonly string[]
  /** Ids of jobs that were answered with 201 are put here, oldest first. */
  accepted: string[]
  random: Random
  everyMs: number
  /** Waits while this many accepted jobs have not ended. */
  mostUnfinished: number
  unfinished: () => number
  signal: AbortSignal
}

const ANSWER_MS = 15_000
const CANCEL_WITHIN_MS = 5_000

export function startLoad(options: LoadOptions): Load {
  const { urls, accepted, random, signal } = options
  const refused = new Map<string, number>()
  const following: Promise<void>[] = []
  const canceled = new Set<string>()

  async function submitOne(n: number): Promise<void> {
    const workflow = pickWorkflow(n, random)
    const cancelAfterMs = random.below(10) === 0 ? random.below(CANCEL_WITHIN_MS) : null
    const jobId = await send(random.pick(urls), workflow)
    if (!jobId) return
    accepted.push(jobId)
    if (cancelAfterMs === null) return
    await delay(cancelAfterMs)
    canceled.add(jobId)
    await post(`${random.pick(urls)}/api/v2/jobs/${jobId}/cancel`)
  }

  async function send(url: string, workflow: Workflow): Promise<string | null> {
    const answer = await post(`${url}/api/v2/jobs`, { workflow })
    if (answer?.status === 201) {
      const job = jobViewSchema.safeParse(await answer.json().catch(() => null))
      if (job.success) return job.data.id
    }
    const why = answer ? String(answer.status) : 'no answer'
    refused.set(why, (refused.get(why) ?? 0) + 1)
    return null
  }

  async function run(): Promise<void> {
    for (let n = 0; !signal.aborted; n += 1) {
      if (options.unfinished() < options.mostUnfinished) following.push(submitOne(n))
      await delay(options.everyMs, undefined, { signal }).catch(() => undefined)
    }
    await Promise.all(following)
  }

  return { refused, canceled, done: run() }
}

/** Null when the API went away, or took too long. */
async function post(url: string, body?: unknown): Promise<Response | null> {
  return await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    signal: AbortSignal.timeout(ANSWER_MS),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch(() => null)
}
