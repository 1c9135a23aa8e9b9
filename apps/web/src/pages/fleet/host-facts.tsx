/** A host in numbers. */
import { formatDuration } from '@safelight/client'
import type { HostView } from '@safelight/shared'
import type { ReactNode } from 'react'
import { TimeAgo } from '../../ui/ago.tsx'
import { toOthers } from './host-order.ts'

export function HostFacts({ host, now }: { host: HostView; now: number }) {
  const { throughput, last_seen_at } = host
  return (
    <dl className="host-facts">
      <Fact name="In its queue">{toQueueWords(host)}</Fact>
      <Fact name="Last hour">
        {throughput.last_hour === 1 ? '1 job' : `${throughput.last_hour} jobs`}
      </Fact>
      <Fact name="Each took">
        {throughput.mean_ms === null ? '–' : `about ${formatDuration(throughput.mean_ms)}`}
      </Fact>
      <Fact name="Last seen">
        {last_seen_at === null ? 'never' : <TimeAgo at={Date.parse(last_seen_at)} now={now} />}
      </Fact>
    </dl>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function toQueueWords(host: HostView): string {
  if (host.queue_depth === null) return 'not told'
  const others = toOthers(host) ?? 0
  return others > 0 ? `${host.queue_depth}, ${others} not ours` : `${host.queue_depth}`
}
