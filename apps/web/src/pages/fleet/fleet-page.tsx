/** The hosts: which there are, how each is, and what it does now. Trouble comes first. */
import { useNow } from '../../ui/ago.tsx'
import { Trouble } from '../../ui/trouble.tsx'
import { EmptyFleet } from './empty-fleet.tsx'
import { FleetSkeleton } from './fleet-skeleton.tsx'
import { FleetSummary } from './fleet-summary.tsx'
import { HostCard } from './host-card.tsx'
import { toNumbers } from './host-order.ts'
import { useFleet } from './use-fleet.ts'
import { useQueued } from './use-queued.ts'

export function FleetPage() {
  const fleet = useFleet()
  const queued = useQueued()
  const now = useNow(1_000)
  const { hosts, error } = fleet
  return (
    <>
      <div className="page-head">
        <h1>Fleet</h1>
      </div>
      {error && (
        <Trouble
          error={error}
          what="The hosts"
          onRetry={fleet.retry}
          floating={hosts !== undefined}
        />
      )}
      {hosts?.length === 0 && <EmptyFleet />}
      {hosts && hosts.length > 0 && (
        <>
          <FleetSummary numbers={toNumbers(hosts)} queued={queued} />
          <div className="host-cards">
            {hosts.map((host) => (
              <HostCard key={host.id} host={host} fleet={fleet} now={now} />
            ))}
          </div>
        </>
      )}
      {!hosts && !error && <FleetSkeleton />}
    </>
  )
}
