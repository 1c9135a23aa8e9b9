/** What people call a job: what they named it or asked for; its id comes second. */
import type { SnapshotView, Workflow } from '@safelight/shared'
import { countNodes } from '../workflow/describe-workflow.ts'
import { findPromptText } from '../workflow/find-texts.ts'

/** Where submitters put a name for people. */
const NAMES = ['title', 'name', 'label'] as const

/** Enough of an id to tell jobs of one list apart. */
export function toShortId(jobId: string): string {
  return jobId.slice(0, 8)
}

/** What the submitter calls it; null when it has no name. */
export function toGivenName(metadata: SnapshotView['metadata']): string | null {
  for (const key of NAMES) {
    const name = metadata?.[key]
    if (typeof name === 'string' && name.trim() !== '') return name.trim()
  }
  return null
}

/** The prompt; of a workflow without one, how large it is. */
export function toWorkflowName(workflow: Workflow): string {
  return findPromptText(workflow) ?? `A workflow of ${countNodes(workflow)}`
}

/** For a job whose workflow is not known, or not yet. */
export function toIdName(jobId: string): string {
  return `Job ${toShortId(jobId)}`
}
