/** The draft survives a reload, in this browser; a workflow too large for that is simply not kept. */
import { readWorkflow } from '../../../workflow/read-workflow.ts'
import { type Draft, MAX_COUNT } from './draft.ts'

/** The number goes up when the shape changes: what an older page left is then forgotten. */
const KEY = 'safelight.draft.1'
const MAX_CHARS = 512 * 1024

export function keepDraft(draft: Draft | null): void {
  const { edited: _, ...kept } = draft ?? { edited: null }
  const text = draft && JSON.stringify(kept)
  try {
    if (text && text.length <= MAX_CHARS) localStorage.setItem(KEY, text)
    else localStorage.removeItem(KEY)
  } catch {
    // the browser keeps nothing, or has no room: the draft then lives as long as the page
  }
}

export function readDraft(): Draft | null {
  try {
    return toDraft(JSON.parse(localStorage.getItem(KEY) ?? 'null'))
  } catch {
    return null
  }
}

function toDraft(kept: unknown): Draft | null {
  if (typeof kept !== 'object' || kept === null) return null
  const { name, workflow, keptSeeds, count, priority }: Partial<Record<keyof Draft, unknown>> = kept
  const read = readWorkflow(JSON.stringify(workflow ?? null))
  if (!read.ok || typeof name !== 'string') return null
  return {
    name,
    workflow: read.workflow,
    edited: null,
    keptSeeds: Array.isArray(keptSeeds) ? keptSeeds.filter((id) => typeof id === 'string') : [],
    count: isWhole(count) ? Math.min(Math.max(count, 1), MAX_COUNT) : 1,
    priority: isWhole(priority) ? priority : 0,
  }
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value)
}
