/** Two owners submit jobs at a steady pace, cancel some and change their minds about the order of others: whatever is not accepted is tried again as a new one. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Workflow } from '@safelight/shared'
import type { Random } from '../testing/random.ts'
import type { Files } from './files.ts'
import type { Heard } from './heard.ts'
import { call, send } from './send.ts'
import { pickWorkflow } from './wanted.ts'

export interface Load {
  /** Answers other than 201, by what they were. */
  readonly refused: ReadonlyMap<string, number>
  /** Jobs whose cancel was asked for, whether it was answered or not. */
  readonly canceled: ReadonlySet<string>
  /** Jobs whose priority was changed, and said to be: which it must have. */
  readonly reordered: ReadonlyMap<string, number>
  /** Runs until the signal aborts and the last answer is in. */
  readonly done: Promise<void>
}

export interface LoadOptions {
  urls: readonly string[]
  /** Ids of jobs that were answered with 201 are put here, oldest first. */
  accepted: string[]
  random: Random
  /** What some of the workflows refer to; looked after by one more hand. */
  files: Files
  everyMs: number
  /** Waits while this many accepted jobs have not ended. */
  mostUnfinished: number
  cancels: Wish & {
    /** Of every other one, that time begins when its job executes. */
    late: boolean
  }
  heard: Pick<Heard, 'untilExecuting'>
  unfinished: () => number
  signal: AbortSignal
}

/** What somebody wants otherwise: so many of so many jobs, within this. */
export interface Wish {
  some: number
  of: number
  withinMs: number
}

export const SELDOM: Wish = { some: 1, of: 10, withinMs: 5_000 }

const OWNERS = ['ada', 'bela'] as const
const PRIORITIES = [-5, 1, 5, 20] as const

export function startLoad(options: LoadOptions): Load {
  const { urls, accepted, random, files, signal, cancels } = options
  const sent: Workflow[] = []
  const refused = new Map<string, number>()
  const following: Promise<void>[] = []
  const canceled = new Set<string>()
  const reordered = new Map<string, number>()
  const soon = ({ some, of, withinMs }: Wish) =>
    random.below(of) < some ? random.below(withinMs) : null

  async function submitOne(n: number): Promise<void> {
    const workflow = pickWorkflow(n, random, { assetId: files.pick(), earlier: sent.at(-1) })
    sent.push(workflow)
    const [cancelAfterMs, reorderAfterMs] = [soon(cancels), soon(SELDOM)]
    const [owner, priority] = [random.pick(OWNERS), random.pick(PRIORITIES)]
    const { jobId, refused: why } = await send(random.pick(urls), { workflow, owner })
    if (why !== null) refused.set(why, (refused.get(why) ?? 0) + 1)
    if (jobId === null) return
    accepted.push(jobId)
    const isLate = cancels.late && n % 2 === 0
    await Promise.all([
      cancel(jobId, cancelAfterMs, isLate),
      reorder(jobId, priority, reorderAfterMs),
    ])
  }

  async function cancel(jobId: string, afterMs: number | null, isLate: boolean): Promise<void> {
    if (afterMs === null) return
    if (isLate) await options.heard.untilExecuting(jobId, signal)
    await delay(afterMs)
    canceled.add(jobId)
    await call('POST', `${random.pick(urls)}/api/v2/jobs/${jobId}/cancel`)
  }

  /** Refused where the job waits no longer. */
  async function reorder(jobId: string, priority: number, afterMs: number | null): Promise<void> {
    if (afterMs === null) return
    await delay(afterMs)
    const answer = await call('PATCH', `${random.pick(urls)}/api/v2/jobs/${jobId}`, { priority })
    if (answer?.status === 200) reordered.set(jobId, priority)
  }

  async function run(): Promise<void> {
    for (let n = 0; !signal.aborted; n += 1) {
      if (options.unfinished() < options.mostUnfinished) following.push(submitOne(n))
      following.push(files.act())
      await delay(options.everyMs, undefined, { signal }).catch(() => undefined)
    }
    await Promise.all(following)
  }

  return { refused, canceled, reordered, done: run() }
}
