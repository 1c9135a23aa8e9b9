/** Says that jobs came above what is in view, and leads there. */
import { useEffect, useState } from 'react'
import { HEADER_PX } from './use-steady.ts'

/** So close to the top that the first row is in view. */
const TOP_PX = 4 * HEADER_PX

export function NewPill({ ids }: { ids: readonly string[] }) {
  const atTop = useAtTop()
  const [seen, setSeen] = useState(ids[0])
  const first = ids[0]
  if (atTop && seen !== first) setSeen(first)
  const count = atTop || seen === undefined ? 0 : ids.indexOf(seen)
  if (count <= 0) return null
  return (
    <button
      type="button"
      className="new-pill"
      onClick={() => window.scrollTo({ top: 0, behavior: 'instant' })}
    >
      ↑ {count} new {count === 1 ? 'job' : 'jobs'}
    </button>
  )
}

function useAtTop(): boolean {
  const [atTop, setAtTop] = useState(true)
  useEffect(() => {
    const look = () => setAtTop(scrollY < TOP_PX)
    look()
    addEventListener('scroll', look, { passive: true })
    return () => removeEventListener('scroll', look)
  }, [])
  return atTop
}
