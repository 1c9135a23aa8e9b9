/** The slots of a host: what runs in one, what is next in another, and what is free. */
import { type HostView, takesPrompts } from '@safelight/shared'
import { Link } from 'wouter'
import './host-slots.css'
import { toFree } from './host-order.ts'
import { usePercent } from './use-percent.ts'
import { toShortId } from '../../ui/short-id.ts'

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
  const heard = usePercent(jobId)
  return (
    <Link href={`/jobs/${jobId}`} className="slot running" title={heard?.line ?? undefined}>
      <span
        className="slot-fill"
        style={{ transform: `translateX(${((heard?.value ?? 0) - 1) * 100}%)` }}
      />
      <span>{heard ? `${heard.percent} %` : 'Running'}</span>
      <span className="mono">{toShortId(jobId)}</span>
    </Link>
  )
}
