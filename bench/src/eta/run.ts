/**
 * How right what a watcher is told of the end of a job is: a mixed load (models, sizes, steps) on two hosts, one
 * half as fast as the other, first with nothing learned, then with what that has taught. Beside it what the bar alone
 * tells, as it goes on as it has gone so far, and in line what the jobs took that ended before.
 */
import type { Workflow } from '@safelight/shared'
import { mean, middle } from '../figures.ts'
import { createDice } from '../random.ts'
import { type BenchContext, byScale, type Figure, type Section } from '../section.ts'
import { openStack, type Stack } from '../stack.ts'
import { withModel } from '../workflows.ts'
import { type Miss, missAt, type Way } from './errors.ts'
import { type WatchedJob, watchJob } from './watch.ts'

/** ms per step and megapixel, of the hosts' time. Pictures are small, for this machine has to paint them. */
const STEP_MS = { 'v1-5-pruned-emaonly.safetensors': 15_000, 'sd_xl_base_1.0.safetensors': 40_000 }
const LOAD_MS = { 'v1-5-pruned-emaonly.safetensors': 2_000, 'sd_xl_base_1.0.safetensors': 4_000 }
const MODELS = Object.keys(STEP_MS)
const SIDES = [80, 128]
const STEPS = [12, 20, 30]
const SPEEDS = [6, 3]
const SHARES = [0.1, 0.5, 0.9]
/** New costs are known within a second: what is measured is what they are worth, not how long they take to get about. */
const QUICK = JSON.stringify({ costsFreshMs: 500, costsWriteMs: 200 })
const QUICK_API = JSON.stringify({ costsAgeMs: 500, fleetAgeMs: 500, queuePositionMs: 500 })
const SETTLE_MS = 1_500

export const eta: Section = {
  name: 'eta',
  title: 'What a watcher is told of the end, before and after costs are learned',
  async run(context) {
    const modelMemory = { kept: 1, loadMs: LOAD_MS, stepMs: STEP_MS }
    const hurry = byScale(context.scale, { smoke: 4, usual: 1, long: 1 })
    const stack = await openStack({
      redisBinary: context.redisBinary,
      hosts: SPEEDS.map((speed) => ({ modelMemory, speed: speed * hurry })),
      env: { api: { SAFELIGHT_TIMINGS: QUICK_API }, worker: { SAFELIGHT_TIMINGS: QUICK } },
    })
    try {
      const dice = createDice(context.seed)
      const cold = await watchAll(stack, mixed(context, dice))
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
      const learned = await watchAll(stack, mixed(context, dice))
      return [...toFigures('nothing learned', cold), ...toFigures('learned', learned)]
    } finally {
      await stack.close()
    }
  },
}

function mixed({ scale }: BenchContext, dice: (n: number) => number): Workflow[] {
  const jobs = byScale(scale, { smoke: 4, usual: 14, long: 80 })
  const pick = <T>(from: readonly T[]): T => from[dice(from.length)] as T
  return Array.from({ length: jobs }, () => {
    const workflow = withModel(pick(MODELS), dice(2 ** 30))
    const side = pick(SIDES)
    Object.assign(workflow['3']?.inputs ?? {}, { width: side, height: side })
    Object.assign(workflow['4']?.inputs ?? {}, { steps: pick(STEPS) })
    return workflow
  })
}

async function watchAll({ client, cluster }: Stack, jobs: Workflow[]): Promise<WatchedJob[]> {
  const url = cluster.apis[0]?.url ?? ''
  const watched: Promise<WatchedJob>[] = []
  for (const workflow of jobs) {
    const { id } = await client.submit({ workflow })
    watched.push(watchJob(url, id))
  }
  return await Promise.all(watched)
}

function toFigures(when: string, jobs: readonly WatchedJob[]): Figure[] {
  const runs = SHARES.flatMap((share) => {
    const ours = missesAt(
      jobs.map(({ run }) => run),
      share,
    )
    const bars = missesAt(
      jobs.map(({ byBar }) => byBar),
      share,
    )
    return [
      ...toErrors(`${when}, ${share * 100} % of a job`, ours, {
        what: 'by the bar alone',
        misses: bars,
      }),
      told(`${when}, ${share * 100} % of a job`, ours, {
        jobs,
        misses: bars,
        what: 'by the bar alone',
      }),
    ]
  })
  const inLine = jobs.filter(({ ahead }) => (ahead[0]?.jobs ?? 0) > 0)
  const waits = missesAt(
    inLine.map(({ wait }) => wait),
    0.02,
  )
  const naive = missesAt(byMean(jobs, inLine), 0.02)
  const against = { what: 'jobs ahead by the mean of those that ended', misses: naive }
  const stored: Figure = {
    what: `${when}, from the end of the execution until all is stored: median`,
    value: Math.round(middle(jobs.map(({ storedInMs }) => storedInMs))),
    unit: 'ms',
  }
  const line = `${when}, first word in line`
  return [
    ...runs,
    stored,
    ...toErrors(line, waits, against),
    told(line, waits, { jobs: inLine, ...against }),
  ]
}

/** In line, by what everybody could see who knew it in advance: how many are ahead, how long those took that have ended in this run, and how many hosts there are. */
function byMean(all: readonly WatchedJob[], inLine: readonly WatchedJob[]): Way[] {
  // the kindest there is: the mean of all, also of those that ended later
  const each = mean(all.map(({ run }) => run.endedMs - run.beganMs))
  return inLine.map(({ wait, ahead }) => {
    const said = ahead.map(({ atMs, jobs }) => {
      // one runs on each host, half over, and one is staged there
      const before = jobs + 1.5 * SPEEDS.length
      return { atMs, leftMs: ((before + 1) * each) / SPEEDS.length }
    })
    return { ...wait, said }
  })
}

const missesAt = (ways: readonly Way[], share: number): Miss[] =>
  ways.flatMap((way) => missAt(way, share) ?? [])

function toErrors(
  where: string,
  misses: readonly Miss[],
  against: { what: string; misses: readonly Miss[] },
): Figure[] {
  if (misses.length === 0) return []
  const other = against.misses
  const beside = (value: number) =>
    other.length > 0 ? { against: { what: against.what, value } } : {}
  return [
    {
      what: `${where}: median error`,
      value: Math.round(middle(misses.map(({ ms }) => ms))),
      unit: 'ms',
      ...beside(Math.round(middle(other.map(({ ms }) => ms)))),
    },
    {
      what: `${where}: median error, share of the whole`,
      value: 100 * middle(misses.map(({ share }) => share)),
      unit: '%',
      ...beside(100 * middle(other.map(({ share }) => share))),
    },
  ]
}

/** An estimate that is not there is none that is right. */
function told(
  where: string,
  misses: readonly Miss[],
  {
    jobs,
    misses: other,
    what,
  }: { jobs: readonly unknown[]; misses: readonly Miss[]; what: string },
): Figure {
  const share = (of: readonly Miss[]) => (100 * of.length) / jobs.length
  return {
    what: `${where}: told at all`,
    value: share(misses),
    unit: '%',
    against: { what, value: share(other) },
  }
}
