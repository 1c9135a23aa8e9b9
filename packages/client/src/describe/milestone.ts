/** What is worth saying aloud: a screen reader hears where the job has come to, not every tick. */
import type { JobDescription } from './describe-job.ts'

/** @returns the sentence to say, or null when nothing of note has happened since `before` */
export function toMilestone(before: JobDescription, now: JobDescription): string | null {
  if (now.badge.kind !== before.badge.kind) return toSentence(now)
  const quarter = quarterOf(now)
  if (now.ended || quarter <= quarterOf(before)) return null
  return `${quarter * 25} percent`
}

function toSentence(now: JobDescription): string {
  const { badge, failure, node, stalled, image, percent } = now
  const more = failure?.summary ?? stalled ?? (badge.kind === 'queued' ? node : null)
  const name = badge.kind === 'queued' ? 'Queued' : badge.label
  const said = more ? `${name}. ${more}` : name
  const at = now.isMoving && percent >= 25 ? `, ${percent} percent` : ''
  return image ? `${image}: ${said}${at}` : `${said}${at}`
}

function quarterOf({ percent }: JobDescription): number {
  return Math.floor(percent / 25)
}
