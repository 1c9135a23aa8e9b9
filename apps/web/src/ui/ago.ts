/** How long ago something was, as one would say it. */
import { formatAge } from '@safelight/client'

/** `just now`, `40 s ago`, `3 min ago`, `5 h ago`, `2 d ago` */
export function toAgo(time: number, now: number): string {
  const words = toAge(time, now)
  return words === null ? 'just now' : `${words} ago`
}

/** `40 s`, `3 min`, `5 h`, `2 d`; null for less than a few seconds. A clock that is ahead of ours is no future. */
export function toAge(time: number, now: number): string | null {
  const ms = now - time
  return ms < 5_000 ? null : formatAge(ms)
}
