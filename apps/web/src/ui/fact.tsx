/** A line of a `dl`: what something is called, and what it is. */
import type { ReactNode } from 'react'

export function Fact({ name, children }: { name: ReactNode; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
