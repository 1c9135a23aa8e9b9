/** Says what keeps the page from asking the API, and offers to try again. What is shown stays. */
import { RequestError } from '@safelight/client'
import { Button } from './button.tsx'
import { Notice } from './notice.tsx'

export interface TroubleProps {
  error: Error
  /** What could not be had, e.g. `The jobs`. */
  what: string
  onRetry: () => void
  /** There is something to look at meanwhile: it must not move. */
  floating?: boolean
}

export function Trouble({ error, what, onRetry, floating = false }: TroubleProps) {
  const { title, advice } = toText(error, what)
  return (
    <div className={floating ? 'trouble floating' : 'trouble'}>
      <Notice tone="bad" title={title}>
        <div className="trouble-advice">
          <span>{advice}</span>
          <Button compact onClick={onRetry}>
            Try again
          </Button>
        </div>
      </Notice>
    </div>
  )
}

function toText(error: Error, what: string): { title: string; advice: string } {
  const code = error instanceof RequestError ? error.code : null
  switch (code) {
    case 'unreachable':
      return {
        title: 'Safelight does not answer',
        advice: 'What you see is the last that was heard. This page keeps trying.',
      }
    case 'unauthorized':
    case 'forbidden':
      return {
        title: 'No access',
        advice: 'Safelight wants a token, or another one than this browser tab has.',
      }
    case 'unavailable':
      return {
        title: 'Safelight cannot reach its store',
        advice: 'Accepted jobs are safe. This page keeps trying.',
      }
    case 'rate_limited':
      return { title: 'Asked too often', advice: 'This page waits a moment, then goes on.' }
    default:
      return { title: `${what} could not be read`, advice: error.message }
  }
}
