/** The fleet in one line. */
import type { ReactNode } from 'react'
import type { FleetNumbers } from './host-order.ts'

export interface FleetSummaryProps {
  numbers: FleetNumbers
  /** `12` or `100+`; null until it is known. */
  queued: string | null
}

export function FleetSummary({ numbers, queued }: FleetSummaryProps) {
  const { hosts, states, slots, free, lastHour } = numbers
  return (
    <dl className="fleet-summary">
      <Number name={states.map(({ state, count }) => `${count} ${state}`).join(', ')} of={hosts}>
        {hosts === 1 ? 'host' : 'hosts'}
      </Number>
      <Number
        name={slots === 0 ? 'no host takes prompts' : `of ${slots} that take prompts`}
        of={free}
      >
        {free === 1 ? 'free slot' : 'free slots'}
      </Number>
      <Number name="waiting for a slot" of={queued ?? '–'}>
        {queued === '1' ? 'job queued' : 'jobs queued'}
      </Number>
      <Number name="in the last hour" of={lastHour.toLocaleString('en')}>
        {lastHour === 1 ? 'job finished' : 'jobs finished'}
      </Number>
    </dl>
  )
}

function Number(props: { of: number | string; children: ReactNode; name: string }) {
  return (
    <div>
      <dt>
        <strong>{props.of}</strong> {props.children}
      </dt>
      <dd>{props.name}</dd>
    </div>
  )
}
