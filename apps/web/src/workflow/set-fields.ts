/** Writes values back into a copy of a workflow; nodes that do not change are shared with the original. */
import type { Workflow } from '@safelight/shared'
import type { Field, FieldValue } from './field.ts'
import type { Place } from './links.ts'

/** Values by field id; a field without one stays as it is. */
export type FieldValues = Readonly<Record<string, FieldValue>>

export function setFields(
  workflow: Workflow,
  fields: readonly Field[],
  values: FieldValues,
): Workflow {
  const changes = fields.flatMap((field): InputChange[] => {
    const value = values[field.id]
    if (value === undefined) return []
    if (field.kind !== 'size') return [{ nodeId: field.nodeId, input: field.input, value }]
    if (typeof value !== 'object' || !('width' in value)) return []
    return [
      { nodeId: field.nodeId, input: field.input, value: value.width },
      { ...field.height, value: value.height },
    ]
  })
  return setInputs(workflow, changes)
}

export interface InputChange extends Place {
  value: unknown
}

export function setInputs(workflow: Workflow, changes: readonly InputChange[]): Workflow {
  const copy = { ...workflow }
  for (const { nodeId, input, value } of changes) {
    const node = copy[nodeId]
    if (node) copy[nodeId] = { ...node, inputs: { ...node.inputs, [input]: value } }
  }
  return copy
}
