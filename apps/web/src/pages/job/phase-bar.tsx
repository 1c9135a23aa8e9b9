/** Where the time went, as one bar with its legend. */
import { formatDuration } from '@safelight/client'
import type { PhaseTimes } from '@safelight/shared'

export interface PhaseBarProps {
  times: PhaseTimes
  attempt: number
  /** While it goes on, what is over is not the whole: then there is no bar. */
  isOver: boolean
}

export function PhaseBar({ times, attempt, isOver }: PhaseBarProps) {
  const parts = toPhaseParts(times, attempt)
  if (parts.length === 0) return null
  return (
    <div className="phases">
      {isOver && (
        <div className="phase-bar" aria-hidden="true">
          {parts.map(({ phase, share }) => (
            <span key={phase} data-phase={phase} style={{ flexGrow: share }} />
          ))}
        </div>
      )}
      <dl>
        {parts.map(({ phase, label, ms }) => (
          <div key={phase}>
            <dt>
              <span className="phase-key" data-phase={phase} aria-hidden="true" />
              {label}
            </dt>
            <dd>{formatDuration(ms)}</dd>
          </div>
        ))}
      </dl>
    </div>
  )
}

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

/**
 * One part per phase that is over.
 * @param attempt whose times these are: what went before it counts as its wait
 */
function toPhaseParts(times: PhaseTimes, attempt: number): PhasePart[] {
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
