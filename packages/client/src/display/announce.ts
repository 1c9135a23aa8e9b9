/** A job for whoever cannot see it: what a screen reader says when, and where the bar stands when it is asked. */
import type { JobDisplay } from './job-display.ts'

/** @returns the sentence to say, or null when nothing of note has happened since `before` */
export function toMilestone(before: JobDisplay, now: JobDisplay): string | null {
  if (now.badge.kind !== before.badge.kind) return toSentence(now)
  const quarter = quarterOf(now)
  if (now.ended || quarter <= quarterOf(before)) return null
  return `${quarter * 25} percent`
}

function toSentence(now: JobDisplay): string {
  const { badge, failure, node, stalled, image, percent } = now
  const more = failure?.summary ?? stalled ?? (badge.kind === 'queued' ? node : null)
  const name = badge.kind === 'queued' ? 'Queued' : badge.label
  const sentence = more ? `${name}. ${more}` : name
  const at = now.isMoving && percent >= 25 ? `, ${percent} percent` : ''
  return image ? `${image}: ${sentence}${at}` : `${sentence}${at}`
}

function quarterOf({ percent }: JobDisplay): number {
  return Math.floor(percent / 25)
}

type Announced = Pick<JobDisplay, 'isKnown' | 'percent' | 'step' | 'node' | 'eta'> & {
  badge: { label: string }
}

/** `42 percent, Nodes, step 8 of 20, Sampler (KSampler) 8/20, about 20 s left` */
export function toValueText({ isKnown, percent, badge, step, node, eta }: Announced): string {
  const parts = [
    isKnown ? `${percent} percent` : null,
    badge.label,
    step && `step ${step.replace('/', ' of ')}`,
    node,
    eta,
  ]
  return parts.filter((part) => part !== null && part !== '').join(', ')
}
