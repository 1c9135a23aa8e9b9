/** The slots of a host: what runs in one, what is next in another, and what is free. */
import { toJobDisplay } from '@safelight/client'
import { useClient } from '@safelight/client/react'
import { type HostView, takesPrompts } from '@safelight/shared'
import { useEffect, useState } from 'react'
import { Link } from 'wouter'
import { toShortId } from '../../ui/job-name.ts'
import { toFree } from './host-order.ts'

export function HostSlots({ host }: { host: HostView }) {
  const open = takesPrompts(host.state)
  const free = Array.from({ length: toFree(host) }, (_, at) => `free ${at}`)
  return (
    <ul className="host-slots" aria-label="Slots">
      {host.running.map((jobId) => (
        <li key={jobId}>
          <RunningSlot jobId={jobId} />
        </li>
      ))}
      {host.staged.map((jobId) => (
        <li key={jobId}>
          <Link href={`/jobs/${jobId}`} className="slot staged">
            <span>Next</span>
            <span className="mono">{toShortId(jobId)}</span>
          </Link>
        </li>
      ))}
      {free.map((slot) => (
        <li key={slot}>
          <span className="slot free">{open ? 'Free' : 'Closed'}</span>
        </li>
      ))}
    </ul>
  )
}

function RunningSlot({ jobId }: { jobId: string }) {
  const progress = useProgress(jobId)
  return (
    <Link href={`/jobs/${jobId}`} className="slot running" title={progress?.line ?? undefined}>
      <span
        className="slot-fill"
        style={{ transform: `translateX(${((progress?.value ?? 0) - 1) * 100}%)` }}
      />
      <span>{progress ? `${progress.percent} %` : 'Running'}</span>
      <span className="mono">{toShortId(jobId)}</span>
    </Link>
  )
}

interface SlotProgress {
  /** 0 to 1 */
  value: number
  percent: number
  /** What happens now, in one line. */
  line: string | null
}

/**
 * How far a running job is, as it happens.
 * @returns null until the first update
 */
function useProgress(jobId: string): SlotProgress | null {
  const client = useClient()
  const [progress, setProgress] = useState<SlotProgress | null>(null)
  useEffect(
    () =>
      client.jobs.subscribe(jobId, {
        onUpdate: (update) => {
          const { value, percent, node } = toJobDisplay(update, { now: Date.now() })
          setProgress({ value, percent, line: node })
        },
      }),
    [client, jobId],
  )
  return progress
}
