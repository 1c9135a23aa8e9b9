/** Hands the draft in: one job leads to its page, several stay here to be watched side by side. */
import { useSubmit } from '@safelight/client/react'
import type { Workflow } from '@safelight/shared'
import { useState } from 'react'
import { useLocation } from 'wouter'
import { explainRefusal, type Refusal } from '../../../workflow/explain-refusal.ts'
import type { Field } from '../../../workflow/field.ts'
import { type Draft, MAX_COUNT, toSubmissions, toSubmitOptions } from '../draft.ts'
import type { ChangeDraft } from '../use-draft.ts'

export interface Go {
  go: () => Promise<void>
  /** How many of those being handed in are accepted; null when nothing is. */
  accepted: number | null
  /** Why the last try was refused, as long as the workflow is the one that was. */
  refusal: (Refusal & { accepted: number }) | null
  batch: Batch | null
  forgetBatch: () => void
}

export interface GoOptions {
  draft: Draft
  change: ChangeDraft
  fields: readonly Field[]
}

export function useGo({ draft, change, fields }: GoOptions): Go {
  const { submit, submitMany, jobs, isSubmitting, error, reset } = useSubmit()
  const [, navigate] = useLocation()
  const [tried, setTried] = useState<Workflow | null>(null)
  const [batch, setBatch] = useState<Batch | null>(readBatch)

  async function go(): Promise<void> {
    if (isSubmitting || draft.edited?.problem) return
    const workflows = toSubmissions(draft)
    const [first] = workflows
    if (!first) return
    reset()
    setTried(first)
    // the seeds in the form are those of the run, so that a picture that pleases can be had again
    change((draft) => ({ ...draft, workflow: first, edited: null }))
    const options = toSubmitOptions(draft)
    if (workflows.length === 1) {
      const job = await submit(first, options)
      if (job) navigate(`/jobs/${job.id}`)
      return
    }
    const accepted = await submitMany(workflows, options)
    if (accepted.length > 0) show({ name: draft.name, jobIds: accepted.map(({ id }) => id) })
  }

  function show(next: Batch | null): void {
    setBatch(next)
    keepBatch(next)
  }

  const isRefused = error !== null && tried === draft.workflow
  const accepted = jobs.length
  return {
    go,
    accepted: isSubmitting ? accepted : null,
    refusal: isRefused ? { ...explainRefusal(error, fields), accepted } : null,
    batch,
    forgetBatch: () => show(null),
  }
}

export interface Batch {
  name: string
  jobIds: readonly string[]
}

const KEY = 'safelight.batch.1'

/** The batch on the page: who looks at one of its jobs and comes back finds it again, in the same tab. */
function keepBatch(batch: Batch | null): void {
  try {
    if (batch) sessionStorage.setItem(KEY, JSON.stringify(batch))
    else sessionStorage.removeItem(KEY)
  } catch {
    // the browser keeps nothing: the batch then lives as long as the page
  }
}

function readBatch(): Batch | null {
  try {
    return toBatch(JSON.parse(sessionStorage.getItem(KEY) ?? 'null'))
  } catch {
    return null
  }
}

function toBatch(kept: unknown): Batch | null {
  if (typeof kept !== 'object' || kept === null) return null
  const { name, jobIds }: Partial<Record<keyof Batch, unknown>> = kept
  if (typeof name !== 'string' || !Array.isArray(jobIds)) return null
  const ids = jobIds.filter((id) => typeof id === 'string').slice(0, MAX_COUNT)
  return ids.length > 0 ? { name, jobIds: ids } : null
}
