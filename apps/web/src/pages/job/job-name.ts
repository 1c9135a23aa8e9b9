/** What people would call a job: what they asked for, not its id. */
import type { SnapshotView, Workflow } from '@safelight/shared'
import { countNodes } from '../../workflow/describe-workflow.ts'
import { findPrompts } from '../../workflow/find-prompts.ts'
import { toShortId } from '../../ui/short-id.ts'

export function toJobName(
  jobId: string,
  metadata: SnapshotView['metadata'],
  workflow: Workflow | undefined,
): string {
  const given = [metadata?.['title'], metadata?.['name']].find(isWords)
  if (given) return given
  if (!workflow) return `Job ${toShortId(jobId)}`
  return findPromptText(workflow) ?? `A workflow of ${countNodes(workflow)}`
}

function findPromptText(workflow: Workflow): string | undefined {
  const prompts = findPrompts(workflow).filter(({ role }) => role === 'prompt')
  return prompts.map(({ nodeId, input }) => workflow[nodeId]?.inputs[input]).find(isWords)
}

function isWords(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== ''
}
