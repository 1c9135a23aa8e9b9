/** The one draft of this browser: read at the start, kept with every change. */
import { parseExact, stringifyExact } from '@safelight/shared'
import { useEffect, useState } from 'react'
import { readWorkflow } from '../../workflow/read-workflow.ts'
import { type Draft, MAX_COUNT } from './draft.ts'

export type ChangeDraft = (change: (draft: Draft) => Draft) => void

export interface DraftHold {
  draft: Draft | null
  /** Puts another in its place. */
  replace: (next: Draft | ((before: Draft | null) => Draft)) => void
  change: ChangeDraft
}

/** Writing every keystroke of a long prompt to the disk would be felt. */
const KEEP_AFTER_MS = 300

export function useDraft(): DraftHold {
  const [draft, setDraft] = useState<Draft | null>(readDraft)
  useEffect(() => {
    const timer = setTimeout(() => keepDraft(draft), KEEP_AFTER_MS)
    const keepNow = () => keepDraft(draft)
    // a reload does not wait
    window.addEventListener('pagehide', keepNow)
    return () => {
      clearTimeout(timer)
      window.removeEventListener('pagehide', keepNow)
    }
  }, [draft])
  return {
    draft,
    replace: setDraft,
    change: (change) => setDraft((draft) => draft && change(draft)),
  }
}

/** The number goes up when the shape changes: what an older page left is then forgotten. */
const KEY = 'safelight.draft.1'
const MAX_CHARS = 512 * 1024

/** The draft survives a reload, in this browser; a workflow too large for that is simply not kept. */
function keepDraft(draft: Draft | null): void {
  const { edited: _, ...kept } = draft ?? { edited: null }
  const text = draft && stringifyExact(kept)
  try {
    if (text && text.length <= MAX_CHARS) localStorage.setItem(KEY, text)
    else localStorage.removeItem(KEY)
  } catch {
    // the browser keeps nothing, or has no room: the draft then lives as long as the page
  }
}

function readDraft(): Draft | null {
  try {
    return toDraft(parseExact(localStorage.getItem(KEY) ?? 'null'))
  } catch {
    return null
  }
}

function toDraft(kept: unknown): Draft | null {
  if (typeof kept !== 'object' || kept === null) return null
  const { name, workflow, keptSeeds, count, priority }: Partial<Record<keyof Draft, unknown>> = kept
  const read = readWorkflow(stringifyExact(workflow ?? null))
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
