/** One host: how it is and why, what it has, what it does, and the way to take it out. */
import type { HostView } from '@safelight/shared'
import { DrainControl, type DrainControlProps } from './drain-control.tsx'
import { HostBadge } from './host-badge.tsx'
import './host-card.css'
import { HostDevice } from './host-device.tsx'
import { HostFacts } from './host-facts.tsx'
import { HostModels } from './host-models.tsx'
import { HostReason } from './host-reason.tsx'
import { HostSlots } from './host-slots.tsx'

export interface HostCardProps {
  host: HostView
  fleet: DrainControlProps['fleet']
  now: number
}

export function HostCard({ host, fleet, now }: HostCardProps) {
  return (
    <article className="host-card" data-state={host.state} aria-label={host.id}>
      <header>
        <h2 className="mono">{host.id}</h2>
        <HostBadge state={host.state} />
      </header>
      <HostReason host={host} now={now} />
      {host.devices.map((device) => (
        <HostDevice key={device.name} device={device} />
      ))}
      <HostModels models={host.models} />
      <HostSlots host={host} />
      <HostFacts host={host} now={now} />
      <footer>
        <p className="host-drivers">
          {host.version !== null && <>ComfyUI {host.version} · </>}
          {toWorkersWords(host.workers)}
        </p>
        <DrainControl host={host} fleet={fleet} />
      </footer>
    </article>
  )
}

function toWorkersWords(workers: readonly string[]): string {
  return workers.length === 0 ? 'no worker' : workers.join(', ')
}
