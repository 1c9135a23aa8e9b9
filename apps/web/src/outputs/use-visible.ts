/** Whether an element has come into view: what costs is loaded then, and not before. */
import { type RefCallback, useCallback, useState } from 'react'

/** Some way ahead, so that who scrolls does not wait. */
const AHEAD = '300px'

/** @returns a ref for the element, and true from the moment it was first seen */
export function useVisible(): [RefCallback<Element>, boolean] {
  const [seen, setSeen] = useState(false)
  const ref = useCallback((element: Element | null) => {
    if (!element) return undefined
    const observer = new IntersectionObserver(
      (entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return
        setSeen(true)
        observer.disconnect()
      },
      { rootMargin: AHEAD },
    )
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return [ref, seen]
}
