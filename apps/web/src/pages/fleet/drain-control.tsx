/** Takes a host out of the rotation, with a word why, and puts it back. */
import { DRAIN_REASON_MAX, type ToldHost } from '@safelight/shared'
import { useId, useState } from 'react'
import { Button } from '../../ui/button.tsx'
import type { FleetState } from './use-fleet.ts'

export interface DrainControlProps {
  host: ToldHost
  fleet: Pick<FleetState, 'drain' | 'resume'>
}

export function DrainControl({ host, fleet }: DrainControlProps) {
  const [asking, setAsking] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)

  async function change(deed: () => Promise<void>): Promise<void> {
    setAsking(false)
    setProblem(null)
    try {
      await deed()
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error))
    }
  }

  if (asking) {
    return (
      <DrainForm
        hostId={host.id}
        onDrain={(reason) => void change(() => fleet.drain(host.id, reason))}
        onCancel={() => setAsking(false)}
      />
    )
  }
  return (
    <>
      {problem && (
        <span className="drain-problem" role="alert">
          {problem}
        </span>
      )}
      {host.drain ? (
        <Button compact onClick={() => void change(() => fleet.resume(host.id))}>
          Resume
        </Button>
      ) : (
        <Button compact onClick={() => setAsking(true)}>
          Drain
        </Button>
      )}
    </>
  )
}

interface DrainFormProps {
  hostId: string
  onDrain: (reason: string | undefined) => void
  onCancel: () => void
}

function DrainForm({ hostId, onDrain, onCancel }: DrainFormProps) {
  const [reason, setReason] = useState('')
  const id = useId()
  return (
    <form
      className="drain-form"
      onSubmit={(event) => {
        event.preventDefault()
        onDrain(reason.trim() === '' ? undefined : reason.trim())
      }}
      onKeyDown={({ key }) => {
        if (key === 'Escape') onCancel()
      }}
    >
      <label htmlFor={id}>
        No new prompts for {hostId}; what it has runs to its end. Why, for whoever looks?
      </label>
      <input
        id={id}
        value={reason}
        maxLength={DRAIN_REASON_MAX}
        placeholder="e.g. new driver (optional)"
        autoComplete="off"
        autoFocus
        onChange={({ target }) => setReason(target.value)}
      />
      <Button compact look="quiet" onClick={onCancel}>
        Not now
      </Button>
      <Button compact look="primary" type="submit">
        Drain
      </Button>
    </form>
  )
}
