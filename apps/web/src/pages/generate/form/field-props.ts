/** What every input of the form is given. */
import type { Field } from '../../../workflow/field.ts'

export interface FieldProps<F extends Field> {
  field: F
  onChange: (value: F['value']) => void
  /** What the server said of the value. */
  problem: string | null
}

/** Field ids hold what authors wrote; in a document an id is one word. */
export function toElementId(fieldId: string, part = 'input'): string {
  return `field-${fieldId.replace(/[^\w-]/g, '_')}-${part}`
}
