/** `useSubmit`: hands workflows in, and keeps what was accepted and what went wrong. */
import type { JobView, Workflow } from '@safelight/shared'
import { useCallback, useRef, useState } from 'react'
import { toRandomHex } from '../http/random-hex.ts'
import { toError } from '../http/retry.ts'
import type { SubmitOptions } from '../types.ts'
import { useClient } from './context.ts'

export interface Submission {
  /** @returns the accepted job; null when it was refused, and `error` says why */
  submit: (workflow: Workflow | string, options?: SubmitOptions) => Promise<JobView | null>
  /**
   * One job each, in order, marked in their metadata as belonging together: `batch` (an id),
   * `batch_index` (from 1) and `batch_count`. Ends at the first that is refused.
   * @returns those that were accepted
   */
  submitMany: (
    workflows: readonly (Workflow | string)[],
    options?: SubmitOptions,
  ) => Promise<JobView[]>
  /** Accepted since the last `reset`, in order. */
  jobs: readonly JobView[]
  isSubmitting: boolean
  /** Why the last submission was refused; null again when the next begins. */
  error: Error | null
  /** Forgets jobs and error. What is under way goes on, but is not listed. */
  reset: () => void
}

interface Standing {
  jobs: readonly JobView[]
  error: Error | null
}

const NOTHING: Standing = { jobs: [], error: null }

export function useSubmit(): Submission {
  const client = useClient()
  const [standing, setStanding] = useState<Standing>(NOTHING)
  const [pending, setPending] = useState(0)
  /** Counts resets: what was begun before one is not listed after it. */
  const era = useRef(0)

  const submitAll = useCallback(
    async (workflows: readonly (Workflow | string)[], optionsOf: (at: number) => SubmitOptions) => {
      const begunIn = era.current
      const change = (next: (now: Standing) => Standing) => {
        if (era.current === begunIn) setStanding(next)
      }
      const accepted: JobView[] = []
      setPending((count) => count + 1)
      change(({ jobs }) => ({ jobs, error: null }))
      try {
        for (const [at, workflow] of workflows.entries()) {
          const job = await client.jobs.submit(workflow, optionsOf(at))
          accepted.push(job)
          change(({ jobs, error }) => ({ jobs: [...jobs, job], error }))
        }
      } catch (error) {
        // who aborts knows why
        if (!optionsOf(0).signal?.aborted) change(({ jobs }) => ({ jobs, error: toError(error) }))
      } finally {
        setPending((count) => count - 1)
      }
      return accepted
    },
    [client],
  )

  const submit = useCallback(
    async (workflow: Workflow | string, options: SubmitOptions = {}) => {
      const [job] = await submitAll([workflow], () => options)
      return job ?? null
    },
    [submitAll],
  )
  const submitMany = useCallback(
    (workflows: readonly (Workflow | string)[], options: SubmitOptions = {}) => {
      const each = toBatchOptions(workflows.length, options)
      return submitAll(workflows, (at) => each[at] ?? options)
    },
    [submitAll],
  )
  const reset = useCallback(() => {
    era.current += 1
    setStanding(NOTHING)
  }, [])
  return { submit, submitMany, ...standing, isSubmitting: pending > 0, reset }
}

/** The options of each job of a batch, in order. A `batch` id in the metadata stays; otherwise one is made up. */
function toBatchOptions(count: number, options: SubmitOptions): SubmitOptions[] {
  const { idempotencyKey, metadata, ...rest } = options
  const shared = { batch: toRandomHex(8), ...metadata }
  return Array.from({ length: count }, (_, at) => ({
    ...rest,
    // one key names one job
    ...(idempotencyKey !== undefined && { idempotencyKey: `${idempotencyKey}-${at + 1}` }),
    metadata: { ...shared, batch_index: at + 1, batch_count: count },
  }))
}
