/** Hosts to come, where they will be. */
import './fleet-summary.css'
import './host-card.css'
import './fleet-skeleton.css'

const CARDS = ['one', 'two', 'three']

export function FleetSkeleton() {
  return (
    <div role="status">
      <span className="visually-hidden">Loading the hosts</span>
      <div className="fleet-summary fleet-ghost-line" />
      <div className="host-cards">
        {CARDS.map((card) => (
          <div key={card} className="host-card fleet-ghost" />
        ))}
      </div>
    </div>
  )
}
