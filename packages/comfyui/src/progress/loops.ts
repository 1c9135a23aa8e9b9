/** How often the nodes of loops run: counted by the host's words (`Iteration 2 / 3`), one frame per iteration. */
import type { Loop } from '../graph/loops.ts'
import { finishRun, isRepeated } from './runs.ts'
import type { LoopCount, NodeRun, TrackerState } from './types.ts'

type LoopFacts = Pick<TrackerState, 'plan' | 'runs' | 'loopCounts'>

const ITERATION = /^Iteration (\d{1,20}) ?\/ ?(\d{1,20})$/
/** More would be no bar any more. */
const MAX_ITERATIONS = 1_000_000
/** Runs of one inner loop that are told apart. */
const MAX_LOOP_RUNS = 10_000

/** @returns the counts with what a text frame of a StartLoop says; the same ones when it says something else */
export function countIteration(
  counts: TrackerState['loopCounts'],
  { id, runtimeId, text }: { id: string; runtimeId: string; text: string },
): TrackerState['loopCounts'] {
  const said = ITERATION.exec(text.trim().slice(0, 64))
  if (!said) return counts
  const latest = Math.max(1, Math.min(MAX_ITERATIONS, Number(said[2])))
  const known: LoopCount = counts.get(id) ?? { ofRuns: new Map(), latest, text: '' }
  const isNew = known.ofRuns.get(runtimeId) !== latest && known.ofRuns.size < MAX_LOOP_RUNS
  const ofRuns = isNew ? new Map(known.ofRuns).set(runtimeId, latest) : known.ofRuns
  return new Map(counts).set(id, { ofRuns, latest, text: said[0] })
}

/** How often a node runs: 1 outside of loops, null when neither the host nor the graph has said how often a loop goes round. */
export function expectedRuns({ plan, loopCounts }: LoopFacts, id: string): number | null {
  const loop = plan.loops.get(id)
  return loop ? iterationsOf(loopCounts, loop) : 1
}

function iterationsOf(counts: TrackerState['loopCounts'], loop: Loop): number | null {
  const own = counts.get(loop.start)
  const runs = loop.outer ? iterationsOf(counts, loop.outer) : 1
  if (runs === null) return null
  if (!own)
    return loop.iterations === null ? null : Math.min(MAX_ITERATIONS, runs * loop.iterations)
  let iterations = 0
  for (const count of own.ofRuns.values()) iterations += count
  // an inner loop may go round more often another time
  return Math.min(MAX_ITERATIONS, iterations + Math.max(0, runs - own.ofRuns.size) * own.latest)
}

/** Where the loops around a node are: the outer one first. Null outside of any. */
export function loopLine({ plan, loopCounts }: LoopFacts, id: string): string | null {
  const lines: string[] = []
  const own = loopCounts.get(id)
  if (own) lines.push(own.text)
  for (let loop = plan.loops.get(id) ?? null; loop; loop = loop.outer) {
    const count = loopCounts.get(loop.start)
    if (count) lines.unshift(count.text)
  }
  return lines.length > 0 ? lines.join(', ') : null
}

/** Finishes the nodes whose copies have all run: as many as were announced, or the end of the outermost loop has begun. */
export function finishRepeated(facts: LoopFacts, atMs: number): TrackerState['runs'] {
  let { runs } = facts
  for (const [id, run] of facts.runs) {
    if (run.tookMs === null && isRepeated(run) && run.copies.size === 0 && isOver(facts, id, run)) {
      runs = finishRun(runs, id, atMs)
    }
  }
  return runs
}

function isOver(facts: LoopFacts, id: string, run: NodeRun): boolean {
  let loop = facts.plan.loops.get(id)
  // copied by a node that loops in its own way: how often is anybody's guess
  if (!loop) return true
  const expected = expectedRuns(facts, id)
  if (expected !== null && run.copiesDone >= expected) return true
  while (loop.outer) loop = loop.outer
  return facts.runs.has(loop.end)
}
