/** Model files at inputs that only the fleet knows as such: those of custom nodes, and the rarer ones of ComfyUI. */
import { memberOf, type Workflow } from '@safelight/shared'
import { userOf } from './describe-workflow.ts'
import type { ChoiceField } from './field.ts'
import type { NodeClasses } from './find-fields.ts'
import { toKnownInput } from './known-inputs.ts'
import { idOf } from './links.ts'

export function findListed(workflow: Workflow, classes: NodeClasses): ChoiceField[] {
  return Object.entries(workflow).flatMap(([nodeId, { class_type: className, inputs }]) => {
    const told = memberOf(classes, className)?.input
    return Object.entries(inputs).flatMap(([input, value]): ChoiceField[] => {
      const isModel = memberOf(told ?? {}, input)?.kind === 'models'
      if (!isModel || typeof value !== 'string' || toKnownInput(input)) return []
      const place = { nodeId, input }
      const common = { ...place, ...userOf(workflow, nodeId), id: idOf(place) }
      const takenBy = { className, input }
      return [{ ...common, kind: 'choice', role: 'model', label: toLabel(input), value, takenBy }]
    })
  })
}

/** `clip_name1` → `Clip 1` */
function toLabel(input: string): string {
  const words = input
    .replace(/_?name/, '')
    .replace(/(\d+)$/, ' $1')
    .split(/[_\s]+/)
    .filter(Boolean)
    .join(' ')
  return words === '' ? input : words.charAt(0).toUpperCase() + words.slice(1)
}
