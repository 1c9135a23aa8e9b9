/** What nodes cost, in milliseconds: as expected (samplers weigh more than loaders, past runs are better numbers), and as measured. */
import { memberOf } from '@safelight/shared'
import { isRepeated } from './runs.ts'
import type { CostByClass, TrackerState } from './types.ts'

/** First guesses of a mid-size GPU; only their ratios matter. The first match wins. */
const GUESSES: readonly (readonly [RegExp, number])[] = [
  [/sampler/i, 4_000],
  [/loader|checkpoint|unet|loadmodel/i, 600],
  [/upscale.*model|video|wan|hunyuan/i, 1_500],
  [/vaedecode|vaeencode/i, 400],
  [/encode/i, 150],
  [/save|preview/i, 100],
]
const OTHER_MS = 50
const STEP_MS = 200

/** Milliseconds a node is expected to take, by its class and its steps. */
export function costOf(className: string, steps: number, costs: CostByClass): number {
  const measured = memberOf(costs, className)?.ms
  if (measured !== undefined) return Math.max(1, measured * Math.max(1, steps))
  return steps > 0 ? steps * STEP_MS : guess(className)
}

/** Longer than any class is named: a submitter may write a megabyte, and patterns take their time over it. */
const MAX_CLASS_NAME = 200

function guess(className: string): number {
  const name = className.slice(0, MAX_CLASS_NAME)
  return GUESSES.find(([pattern]) => pattern.test(name))?.[1] ?? OTHER_MS
}

/** What a finished prompt measured: node class → milliseconds per run, or per step where the node had steps (mean over the prompt's nodes). */
export function nodeTimings(state: TrackerState): Record<string, number> {
  const measured = new Map<string, number[]>()
  for (const [id, run] of state.runs) {
    const planned = state.plan.nodes.get(id)
    if (!planned || run.tookMs === null) continue
    // others ran between its copies, and while its loop went round
    if (isRepeated(run) || state.loopCounts.has(id)) continue
    const perUnit = run.tookMs / Math.max(1, planned.steps)
    measured.set(planned.class, [...(measured.get(planned.class) ?? []), perUnit])
  }
  const mean = (values: number[]) => values.reduce((sum, ms) => sum + ms, 0) / values.length
  return Object.fromEntries([...measured].map(([name, values]) => [name, mean(values)]))
}
