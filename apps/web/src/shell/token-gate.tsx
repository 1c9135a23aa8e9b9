/** Asks for the token where the API wants one, once per tab; behind it the page stays as it was left. */
import { RequestError } from '@safelight/client'
import { useClient } from '@safelight/client/react'
import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState, useSyncExternalStore } from 'react'
import { Button } from '../ui/button.tsx'
import { useModal } from '../ui/use-modal.ts'
import { useAccess } from './access.ts'
import { dropToken, keepToken } from './client.ts'

export function TokenGate() {
  const access = useAccess()
  const { refused } = useSyncExternalStore(access.subscribe, access.read)
  return refused ? <TokenDialog /> : null
}

function TokenDialog() {
  const dialog = useModal()
  const { problem, busy, tryToken } = useTryToken()

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault()
    const given = new FormData(event.currentTarget).get('token')
    if (typeof given === 'string' && given.trim() !== '') void tryToken(given.trim())
  }

  return (
    <dialog
      ref={dialog}
      className="token-gate"
      aria-labelledby="token-title"
      // without a token there is nothing to go back to
      onCancel={(event) => event.preventDefault()}
    >
      <form onSubmit={submit}>
        <h2 id="token-title">This server asks for a token</h2>
        <p className="soft">
          The one set as <code>SAFELIGHT_TOKEN</code> where the API runs. It is kept for this
          browser tab only.
        </p>
        <label htmlFor="token">Token</label>
        <input
          id="token"
          name="token"
          type="password"
          autoComplete="current-password"
          autoFocus
          required
          aria-describedby={problem ? 'token-problem' : undefined}
          aria-invalid={problem !== null}
        />
        {problem && (
          <p id="token-problem" className="token-problem" role="alert">
            {problem}
          </p>
        )}
        <Button type="submit" look="primary" disabled={busy}>
          {busy ? 'Asking…' : 'Open'}
        </Button>
      </form>
    </dialog>
  )
}

function useTryToken() {
  const client = useClient()
  const access = useAccess()
  const queries = useQueryClient()
  const [problem, setProblem] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)

  async function tryToken(token: string): Promise<void> {
    setBusy(true)
    keepToken(token)
    try {
      await client.jobs.list({ limit: 1 })
    } catch (error) {
      dropToken()
      setProblem(toProblem(error))
      setBusy(false)
      return
    }
    access.admit()
    await queries.resetQueries()
  }

  return { problem, busy, tryToken }
}

function toProblem(error: unknown): string {
  if (error instanceof RequestError && error.code === 'unauthorized') {
    return 'The server does not know this token.'
  }
  return error instanceof Error ? error.message : String(error)
}
