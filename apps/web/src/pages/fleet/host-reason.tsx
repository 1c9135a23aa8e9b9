/** Why a host is as it is, and since when; and that it is drained, when worse news hides it. */
import type { HostView } from '@safelight/shared'
import { toAge } from '../../ui/ago.tsx'

export function HostReason({ host, now }: { host: HostView; now: number }) {
  const { reason, since, drain, state } = host
  // an operator's own words look like it
  const quoted = reason.code === 'drain_requested' && drain?.reason
  return (
    <div className="host-reason">
      <p>
        {quoted ? `Drained: “${drain.reason}”.` : reason.message} <Since at={since} now={now} />
      </p>
      {drain && state !== 'draining' && (
        <p>
          {drain.reason === null ? 'Drained, too.' : `Drained, too: “${drain.reason}”.`}{' '}
          <Since at={drain.since} now={now} />
        </p>
      )}
    </div>
  )
}

function Since({ at, now }: { at: string; now: number }) {
  const age = toAge(Date.parse(at), now)
  return (
    <span className="soft" title={new Date(at).toLocaleString()}>
      {age === null ? 'Since just now.' : `For ${age}.`}
    </span>
  )
}
