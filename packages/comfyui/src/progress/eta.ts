/**
 * How long a prompt still takes: of each node that has to run, what it is expected to take less what it has done.
 *
 * What is known of the nodes by past runs counts as it is, corrected but slowly by how this prompt has fared so far; a
 * guess is corrected at once, for only its ratio to other guesses means anything. A node that counts its steps is
 * soon believed more than anything that was known before.
 */
import { measureSteps } from './costs.ts'
import type { PlannedNode } from './plan.ts'
import { isRepeated } from './runs.ts'
import type { NodeRun } from './types.ts'

/** A node as the bar weighs it. */
export interface WeighedNode {
  planned: PlannedNode
  run: NodeRun | undefined
  /** Of all its runs, in ms. */
  cost: number
  /** 0 to 1 */
  fraction: number
}

/** Too early, an estimate that rests on guesses is a random number: this share of the work must be done, and that long. */
const GUESSED_FROM_SHARE = 0.05
const GUESSED_FROM_MS = 1_000
/** Of the work, this share must be known for an estimate to be more than a guess. */
export const KNOWN_AT_LEAST = 0.6
/** Steps that count as much as all that was known of them before. */
const STEPS_LIKE_PAST = 2
/** How much of the whole an execution must have shown before it counts as much as what was expected of it. */
const PAST = { learned: 1, guessed: 0.02 }
/** One that takes longer than expected will take longer still, by a share of what it has taken. */
const OVERDUE = 0.1

/** Null when nobody can tell. */
export function estimateRest(
  nodes: readonly WeighedNode[],
  { startedAt, atMs }: { startedAt: number | null; atMs: number },
): number | null {
  if (startedAt === null) return null
  const pace = measurePace(nodes, atMs)
  let [rest, known] = [0, 0]
  for (const node of nodes) {
    const left = restOf(node, pace, atMs)
    rest += left.ms
    if (left.isKnown) known += left.ms
  }
  const isKnown = known >= KNOWN_AT_LEAST * rest
  const enough = pace.share >= GUESSED_FROM_SHARE && atMs - startedAt >= GUESSED_FROM_MS
  // of an endless number of steps no number comes
  return (isKnown || enough) && Number.isFinite(rest) ? Math.round(rest) : null
}

interface Pace {
  /** Of the work, by which it was measured. */
  share: number
  learned: number
  guessed: number
}

/** What has been done took so many times what was expected. Not where a model may have been loaded: that tells nothing of the rest. */
function measurePace(nodes: readonly WeighedNode[], atMs: number): Pace {
  let [took, expected, whole] = [0, 0, 0]
  for (const { planned, run, cost, fraction } of nodes) {
    whole += cost
    if (!run || fraction === 0) continue
    const steps = planned.steps > 0 ? measureSteps(run) : null
    if (steps !== null && run.ticks) {
      const done = run.ticks.lastFraction
      took += steps * done
      expected += (planned.cost - planned.lead) * done
    } else if (planned.isCold === false) {
      took += run.tookMs ?? atMs - run.startedAt
      expected += cost * fraction
    }
  }
  const against = (past: number) => {
    const before = past * whole
    return before + expected > 0 ? (took + before) / (expected + before) : 1
  }
  const share = whole > 0 ? expected / whole : 0
  return { share, learned: against(PAST.learned), guessed: against(PAST.guessed) }
}

function restOf(
  { planned, run, cost, fraction }: WeighedNode,
  pace: Pace,
  atMs: number,
): { ms: number; isKnown: boolean } {
  if (fraction === 1) return { ms: 0, isKnown: true }
  const { isLearned } = planned
  const factor = isLearned ? pace.learned : pace.guessed
  if (!run || run.tookMs !== null) return { ms: cost * factor, isKnown: isLearned }
  // of those only the count of copies is known
  if (isRepeated(run)) return { ms: cost * (1 - fraction) * factor, isKnown: isLearned }
  const { ticks } = run
  const seen = measureSteps(run)
  if (!ticks || ticks.restarted || (seen === null && planned.steps === 0)) {
    const elapsed = atMs - run.startedAt
    const ofTicks = ticks ? cost * (1 - fraction) * factor : 0
    const ms = Math.max(cost * factor - elapsed, ofTicks, elapsed * OVERDUE)
    return { ms, isKnown: isLearned }
  }
  const expected = (cost - planned.lead) * factor
  const weight = ticks.count / (ticks.count + STEPS_LIKE_PAST)
  const steps = seen === null ? expected : seen * weight + expected * (1 - weight)
  const left = steps * (1 - ticks.lastFraction) - (atMs - ticks.lastAt)
  return { ms: Math.max(0, left), isKnown: isLearned || ticks.count >= STEPS_LIKE_PAST }
}

/** Where a node without a counter should be by now, by what it took before; 0 when that is not known. */
export function fractionByTime(node: PlannedNode, run: NodeRun, atMs: number): number {
  if (!node.isLearned) return 0
  const expected = node.steps > 0 ? node.lead : node.cost
  if (expected <= 0) return 0
  const share = node.steps > 0 ? node.lead / node.cost : 1
  return share * creep((atMs - run.startedAt) / expected)
}

/** As time goes at first, then ever slower, and never to the end: whether it is over only the host can say. */
const STRAIGHT = 0.75
const FURTHEST = 0.97
function creep(share: number): number {
  if (share <= STRAIGHT) return Math.max(0, share)
  const bend = FURTHEST - STRAIGHT
  return STRAIGHT + bend * (1 - Math.exp((STRAIGHT - share) / bend))
}
