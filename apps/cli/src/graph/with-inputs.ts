/** A workflow file with other inputs: all else stays to the letter what the file holds. Pure. */
import { replaceAt, stringifyExact, type Workflow } from '@safelight/shared'
import type { InputPlace } from './find-place.ts'
import type { WorkflowFile } from './read-workflow.ts'
import { copyOf } from './set-values.ts'

/** @param values of inputs that are there */
export function withInputs(
  file: WorkflowFile,
  values: readonly (InputPlace & { value: unknown })[],
): WorkflowFile {
  const workflow = copyOf(file.workflow)
  for (const { nodeId, input, value } of values) {
    const inputs = workflow[nodeId]?.inputs
    if (inputs) inputs[input] = value
  }
  const fixed = values.map(({ nodeId, input }) => ({ nodeId, input }))
  return {
    ...file,
    workflow,
    text: carryOver(file, workflow),
    fixed: [...(file.fixed ?? []), ...fixed],
  }
}

/** The text with the inputs that were changed. */
export function carryOver(
  { text, path, workflow }: Pick<WorkflowFile, 'text' | 'path' | 'workflow'>,
  variant: Workflow,
): string {
  let next = text
  for (const [nodeId, { inputs }] of Object.entries(variant)) {
    const before = workflow[nodeId]?.inputs ?? {}
    for (const [input, value] of Object.entries(inputs)) {
      if (value === before[input]) continue
      next = replaceAt(next, [...path, nodeId, 'inputs', input], stringifyExact(value))
    }
  }
  return next
}
