/** How wide to how high the picture will be, as far as the workflow says. */
import type { Workflow } from '@safelight/shared'
import { findFields } from '../../../workflow/find-fields.ts'

const SQUARE = 1
/** Beyond it a strip would be all that is left of the paper. */
const STEEPEST = 3

export function toPaperRatio(workflow: Workflow | undefined): number {
  const sizes = findFields(workflow ?? {}).flatMap((field) =>
    field.kind === 'size' ? [field.value] : [],
  )
  const [size] = sizes
  if (!size) return SQUARE
  return Math.min(STEEPEST, Math.max(1 / STEEPEST, size.width / size.height))
}
