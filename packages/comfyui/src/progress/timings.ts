/** What a finished prompt teaches about costs. */
import type { TrackerState } from './types.ts'

/** Node class → milliseconds per run, or per step where the node had steps (mean over the prompt's nodes). */
export function nodeTimings(state: TrackerState): Record<string, number> {
  const seen = new Map<string, number[]>()
  for (const [id, run] of state.runs) {
    const planned = state.plan.nodes.get(id)
    if (!planned || run.tookMs === null) continue
    const perUnit = run.tookMs / Math.max(1, planned.steps)
    seen.set(planned.class, [...(seen.get(planned.class) ?? []), perUnit])
  }
  const mean = (values: number[]) => values.reduce((sum, ms) => sum + ms, 0) / values.length
  return Object.fromEntries([...seen].map(([name, values]) => [name, mean(values)]))
}
