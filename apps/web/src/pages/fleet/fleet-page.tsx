/** The hosts: which there are, how each is, and what it does now. Trouble comes first. */
import type { ReactNode } from 'react'
import { useNow } from '../../ui/ago.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Empty } from '../../ui/notice.tsx'
import { Trouble } from '../../ui/trouble.tsx'
import './fleet.css'
import { HostCard } from './host-card.tsx'
import { type FleetNumbers, toNumbers } from './host-order.ts'
import { useFleet, useQueued } from './use-fleet.ts'

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

const CARDS = ['one', 'two', 'three']

/** Hosts to come, where they will be. */
function FleetSkeleton() {
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

const COMMAND = 'COMFYUI_HOSTS=http://gpu-1:8188,http://gpu-2:8188 docker compose up'

/** No host yet: how a worker is started that brings some. */
function EmptyFleet() {
  return (
    <div className="empty-fleet">
      <Empty
        title="No hosts yet"
        action={
          <>
            <code className="empty-command">{COMMAND}</code>
            <CopyButton text={COMMAND} label="Copy" />
          </>
        }
      >
        Hosts come with the workers that drive them. Start a worker with <code>COMFYUI_HOSTS</code>{' '}
        naming your ComfyUI servers, or with a <code>SAFELIGHT_HOSTS_FILE</code>, and they appear
        here within seconds.
      </Empty>
    </div>
  )
}

export interface FleetSummaryProps {
  numbers: FleetNumbers
  /** `12` or `100+`; null until it is known. */
  queued: string | null
}

/** The fleet in one line. */
function FleetSummary({ numbers, queued }: FleetSummaryProps) {
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
