/** What a job asks for, read once for all who look at it on the job's way. */
import { placesOf } from '@safelight/comfyui'
import type { Workflow } from '@safelight/shared'
import { parseWorkflow } from '@safelight/store'

export interface Asked {
  /** As it was sent: this is what runs. */
  readonly text: string
  /** To look at: its numbers are JavaScript's. */
  readonly workflow: Workflow
  /** Node id → where it stands in the text. */
  readonly places: ReadonlyMap<string, number>
}

/** Each part is made when somebody asks for it. Throws then, when the text is none of a workflow. */
export function toAsked(text: string): Asked {
  let workflow: Workflow | null = null
  let places: ReadonlyMap<string, number> | null = null
  return {
    text,
    get workflow() {
      return (workflow ??= parseWorkflow(text))
    },
    get places() {
      return (places ??= placesOf(text))
    },
  }
}
