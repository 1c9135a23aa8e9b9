/** Where the time went, as one bar with its legend. */
import { formatDuration } from '@safelight/client'
import type { PhaseTimes } from '@safelight/shared'
import './phase-bar.css'
import { toPhaseParts } from './phase-parts.ts'

export function PhaseBar({ times, attempt }: { times: PhaseTimes; attempt: number }) {
  const parts = toPhaseParts(times, attempt)
  if (parts.length === 0) return null
  return (
    <div className="phases">
      <div className="phase-bar" aria-hidden="true">
        {parts.map(({ phase, share }) => (
          <span key={phase} data-phase={phase} style={{ flexGrow: share }} />
        ))}
      </div>
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
