/** What the browser's tab says of the job, so that one may work elsewhere meanwhile. */
import { assertNever, type SnapshotView } from '@safelight/shared'
import { useEffect } from 'react'

const PLAIN_TITLE = 'Safelight'

export function toPageTitle(snapshot: SnapshotView | null, queuePosition: number | null): string {
  if (!snapshot) return PLAIN_TITLE
  return `${toWord(snapshot, queuePosition)} · ${PLAIN_TITLE}`
}

function toWord({ status, progress }: SnapshotView, queuePosition: number | null): string {
  switch (status) {
    case 'queued':
      return queuePosition === null ? 'in line' : `#${queuePosition + 1} in line`
    case 'running':
      return `${Math.floor((progress?.value ?? 0) * 100 + 1e-9)} %`
    case 'canceling':
      return 'canceling'
    case 'succeeded':
      return '✓ done'
    case 'failed':
      return '✕ failed'
    case 'canceled':
      return 'canceled'
    case 'expired':
      return 'expired'
    default:
      return assertNever(status)
  }
}

/** Keeps the browser's tab up to date for as long as the page is there. */
export function usePageTitle(title: string): void {
  useEffect(() => {
    document.title = title
  }, [title])
  useEffect(
    () => () => {
      document.title = PLAIN_TITLE
    },
    [],
  )
}
