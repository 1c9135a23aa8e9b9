/** Where the time went: one part per phase that is over. Pure. */
import type { PhaseTimes } from '@safelight/shared'

export interface PhasePart {
  phase: keyof PhaseTimes
  label: string
  ms: number
  /** Of the whole, 0 to 1. */
  share: number
}

const LABELS: Record<keyof PhaseTimes, string> = {
  queue: 'In line',
  prepare: 'Preparing',
  execute: 'Executing',
  collect: 'Storing',
}

/** @param attempt whose times these are: what went before it counts as its wait */
export function toPhaseParts(times: PhaseTimes, attempt: number): PhasePart[] {
  const phases = ['queue', 'prepare', 'execute', 'collect'] as const
  const over = phases.flatMap((phase) => {
    const ms = times[phase]
    return ms === null ? [] : [{ phase, label: labelOf(phase, attempt), ms }]
  })
  const whole = over.reduce((sum, { ms }) => sum + ms, 0)
  return over.map((part) => ({ ...part, share: whole > 0 ? part.ms / whole : 0 }))
}

function labelOf(phase: keyof PhaseTimes, attempt: number): string {
  return phase === 'queue' && attempt > 1 ? `Before attempt ${attempt}` : LABELS[phase]
}
