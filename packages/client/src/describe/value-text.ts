/** The bar in words, for whoever asks where it stands and cannot see it. */
import type { JobDescription } from './describe-job.ts'

type Told = Pick<JobDescription, 'percent' | 'step' | 'node' | 'eta'> & { badge: { label: string } }

/** `42 percent, Nodes, step 8 of 20, Sampler (KSampler) 8/20, about 20 s left` */
export function toValueText({ percent, badge, step, node, eta }: Told): string {
  const parts = [
    `${percent} percent`,
    badge.label,
    step && `step ${step.replace('/', ' of ')}`,
    node,
    eta,
  ]
  return parts.filter((part) => part !== null && part !== '').join(', ')
}
