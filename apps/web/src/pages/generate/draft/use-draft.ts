/** The one draft of this browser: read at the start, kept with every change. */
import { useEffect, useState } from 'react'
import type { Draft } from './draft.ts'
import { keepDraft, readDraft } from './keep-draft.ts'

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
