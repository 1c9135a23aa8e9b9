/** Words in the place of things: a notice, and the page that has nothing to show yet. */
import type { ReactNode } from 'react'

export function Notice({
  tone = 'plain',
  title,
  children,
}: {
  tone?: 'plain' | 'bad'
  title?: string
  children?: ReactNode
}) {
  return (
    <div
      className={tone === 'bad' ? 'notice bad' : 'notice'}
      role={tone === 'bad' ? 'alert' : undefined}
    >
      {title && <strong>{title}</strong>}
      {children}
    </div>
  )
}

export interface EmptyProps {
  title: string
  children: ReactNode
  action?: ReactNode
  /** It is all that the page has, so its title is the page's. */
  isPage?: boolean
}

/** What belongs here, and how to make it appear. */
export function Empty({ title, children, action, isPage = false }: EmptyProps) {
  return (
    <div className="empty">
      {isPage ? <h1>{title}</h1> : <h2>{title}</h2>}
      <p>{children}</p>
      {action}
    </div>
  )
}
