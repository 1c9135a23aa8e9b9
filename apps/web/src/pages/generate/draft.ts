/** What somebody is about to generate: a workflow with a name, and how it is to run. Pure. */
import type { SubmitOptions } from '@safelight/client'
import type { Workflow } from '@safelight/shared'
import type { Field, FieldValue } from '../../workflow/field.ts'
import { findPromptText } from '../../workflow/find-texts.ts'
import { idOf } from '../../workflow/links.ts'
import { findSeeds, toBatch, withNewSeeds } from '../../workflow/new-seed.ts'
import { formatWorkflow, readWorkflow } from '../../workflow/read-workflow.ts'
import { setFields } from '../../workflow/set-fields.ts'

export const MAX_COUNT = 16

export interface Draft {
  name: string
  /** The last that could be read. */
  workflow: Workflow
  /** The JSON as it is being edited, while it cannot be read or differs from the workflow in its layout. */
  edited: EditedText | null
  /** Ids of the seeds that stay; the others are new each time. */
  keptSeeds: readonly string[]
  /** How many jobs at once. */
  count: number
  priority: number
}

export interface EditedText {
  text: string
  problem: { title: string; explanation: string } | null
}

/** How it is to run stays as it was for the workflow before. */
export function newDraft(
  { name, workflow }: Pick<Draft, 'name' | 'workflow'>,
  before: Draft | null,
): Draft {
  const { count = 1, priority = 0 } = before ?? {}
  return { name, workflow, edited: null, keptSeeds: [], count, priority }
}

export function withValue(draft: Draft, field: Field, value: FieldValue): Draft {
  const workflow = setFields(draft.workflow, [field], { [field.id]: value })
  // who sets a seed wants that seed
  const keptSeeds =
    field.kind === 'seed' ? [...new Set([...draft.keptSeeds, field.id])] : draft.keptSeeds
  return { ...draft, workflow, edited: null, keptSeeds }
}

export function withSeedKept(draft: Draft, id: string, isKept: boolean): Draft {
  const others = draft.keptSeeds.filter((kept) => kept !== id)
  return { ...draft, keptSeeds: isKept ? [...others, id] : others }
}

/** The form follows the text as long as it can be read. */
export function withText(draft: Draft, text: string): Draft {
  const read = readWorkflow(text)
  if (!read.ok) return { ...draft, edited: { text, problem: read } }
  return { ...draft, workflow: read.workflow, edited: { text, problem: null } }
}

export function textOf(draft: Draft): string {
  return draft.edited?.text ?? formatWorkflow(draft.workflow)
}

export interface SeedPlan {
  hasSeeds: boolean
  allKept: boolean
}

export function seedPlanOf({ workflow, keptSeeds }: Draft): SeedPlan {
  const seeds = findSeeds(workflow)
  return {
    hasSeeds: seeds.length > 0,
    allKept: seeds.every((place) => keptSeeds.includes(idOf(place))),
  }
}

/** What is handed in now. When every seed is kept, the first job has them and the others get new ones. */
export function toSubmissions(draft: Draft): Workflow[] {
  const { workflow, keptSeeds, count } = draft
  if (seedPlanOf(draft).allKept) return toBatch(workflow, count)
  return toBatch(withNewSeeds(workflow, keptSeeds), count, keptSeeds)
}

/** As much of a file's name as a title has room for. */
const TITLE_CHARS = 120

/** How it is handed in. A workflow without a prompt goes by the name of the draft: nothing in it says what it is. */
export function toSubmitOptions({ name, workflow, priority }: Draft): SubmitOptions {
  if (findPromptText(workflow) !== undefined) return { priority }
  return { priority, metadata: { title: name.slice(0, TITLE_CHARS) } }
}
