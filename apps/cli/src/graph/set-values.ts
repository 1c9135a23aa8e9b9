/** `--set NODE.INPUT=VALUE`: other values in a workflow, without editing its file. Pure. */
import { parseExact, type Workflow } from '@safelight/shared'
import { type InputPlace, toPlaced } from './find-place.ts'

export interface SetResult {
  workflow: Workflow
  /** Inputs that were set. */
  places: InputPlace[]
}

/** @param settings as typed, e.g. `6.text=a lighthouse`. @throws UsageError that lists what there is */
export function setValues(workflow: Workflow, settings: readonly string[]): SetResult {
  const next = copyOf(workflow)
  const places = settings.map((setting) => {
    const { place, text } = toPlaced(next, setting, '--set')
    const inputs = next[place.nodeId]?.inputs ?? {}
    inputs[place.input] = parseValue(text, inputs[place.input])
    return place
  })
  return { workflow: next, places }
}

/** Text stays text; elsewhere JSON is what it says: a number, true, null, a link. */
function parseValue(text: string, before: unknown): unknown {
  if (typeof before === 'string') return text
  try {
    return parseExact(text)
  } catch {
    return text
  }
}

/** A copy whose inputs may be changed. */
export function copyOf(workflow: Workflow): Workflow {
  const nodes = Object.entries(workflow)
  return Object.fromEntries(
    nodes.map(([nodeId, node]) => [nodeId, { ...node, inputs: { ...node.inputs } }]),
  )
}
