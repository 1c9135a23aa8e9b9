/** Workflow files and options → the jobs to submit. Pure but for the seeds. */
import type { SubmitOptions } from '@safelight/client'
import type { Workflow } from '@safelight/shared'
import { UsageError } from '../errors.ts'
import type { WorkflowFile } from './read-workflow.ts'
import { toVariants } from './seeds.ts'
import { setValues } from './set-values.ts'
import { carryOver } from './with-inputs.ts'

export interface PlannedJob {
  label: string
  workflow: Workflow
  /** What is submitted: the text of the file, with other values where they are set. */
  text: string
  options: Omit<SubmitOptions, 'signal'>
}

export interface PlanOptions {
  /** As typed: `NODE.INPUT=VALUE`. */
  settings: readonly string[]
  /** Jobs of each workflow. */
  count: number
  priority: number | undefined
  owner?: string | undefined
  pool?: string | undefined
  allowPartial?: boolean
  randomSeed: () => number
}

/** Everything that can be wrong with the command is reported before anything is submitted. */
export function planJobs(files: readonly WorkflowFile[], plan: PlanOptions): PlannedJob[] {
  return files.flatMap((file) => {
    try {
      return planFile(file, plan)
    } catch (error) {
      if (files.length === 1 || !(error instanceof UsageError)) throw error
      throw new UsageError(`${file.label}: ${error.message}`, { cause: error })
    }
  })
}

function planFile(
  { label, workflow, text, path, options: given, fixed = [] }: WorkflowFile,
  { settings, count, priority, owner, pool, allowPartial, randomSeed }: PlanOptions,
): PlannedJob[] {
  const { workflow: base, places } = setValues(workflow, settings)
  const variants = toVariants(base, { count, fixed: [...fixed, ...places], random: randomSeed })
  return variants.map((variant, n) => ({
    label,
    workflow: variant,
    text: carryOver({ text, path, workflow }, variant),
    options: {
      ...given,
      ...(priority !== undefined && { priority }),
      ...(owner !== undefined && { owner }),
      ...(pool !== undefined && { pool }),
      ...(allowPartial && { allow_partial_results: true }),
      // pages and terminals say which image of the batch it is
      ...(count > 1 && { metadata: { ...given.metadata, batch_index: n + 1, batch_count: count } }),
    },
  }))
}
