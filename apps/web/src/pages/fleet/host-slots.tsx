/** The slots of a host: what runs in one, what is next in another, and what is free; and what is still there without one. */
import { toJobDisplay } from '@safelight/client'
import { useClient } from '@safelight/client/react'
import { type ToldHost, takesPrompts } from '@safelight/shared'
import { Fragment, useEffect, useState } from 'react'
import { Link } from 'wouter'
import { toShortId } from '../../ui/job-name.ts'
import { isEmptied, type ShownHost, toFetched, toFree } from './host-order.ts'

export function HostSlots({ host }: { host: ToldHost }) {
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

const NAMED_AT_MOST = 3

/** Jobs whose outputs are not fetched yet hold no slot; a machine without any job may be shut down once it is drained. */
export function StillThere({ host }: { host: ShownHost }) {
  if (isEmptied(host)) {
    return <p className="soft">Nothing of ours is there any more: it may be shut down.</p>
  }
  const fetched = toFetched(host)
  // of one at work they come and go too quickly to be read
  if (fetched.length === 0 || takesPrompts(host.state)) return null
  const more = fetched.length - NAMED_AT_MOST
  return (
    <p className="soft">
      Outputs still fetched from here:{' '}
      {fetched.slice(0, NAMED_AT_MOST).map((jobId, at) => (
        <Fragment key={jobId}>
          {at > 0 && ', '}
          <Link href={`/jobs/${jobId}`} className="mono">
            {toShortId(jobId)}
          </Link>
        </Fragment>
      ))}
      {more > 0 && ` and ${more} more`}
    </p>
  )
}
