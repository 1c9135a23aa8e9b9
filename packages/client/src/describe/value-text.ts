/** The bar in words, for whoever asks where it stands and cannot see it. */
import type { JobDescription } from './describe-job.ts'

type Told = Pick<JobDescription, 'isKnown' | 'percent' | 'step' | 'node' | 'eta'> & {
  badge: { label: string }
}

/** `42 percent, Nodes, step 8 of 20, Sampler (KSampler) 8/20, about 20 s left` */
export function toValueText({ isKnown, percent, badge, step, node, eta }: Told): string {
  const parts = [
    isKnown ? `${percent} percent` : null,
    badge.label,
    step && `step ${step.replace('/', ' of ')}`,
    node,
    eta,
  ]
  return parts.filter((part) => part !== null && part !== '').join(', ')
}
