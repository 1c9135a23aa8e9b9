/** Workflow files and options → the jobs to submit. Pure but for the seeds. */
import type { SubmitOptions } from '@safelight/client'
import { replaceAt, stringifyExact, type Workflow } from '@safelight/shared'
import { UsageError } from '../errors.ts'
import type { WorkflowFile } from './read-workflow.ts'
import { toVariants } from './seeds.ts'
import { setValues } from './set-values.ts'

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
  { label, workflow, text, path, options: given }: WorkflowFile,
  { settings, count, priority, owner, pool, allowPartial, randomSeed }: PlanOptions,
): PlannedJob[] {
  const { workflow: base, places } = setValues(workflow, settings)
  const variants = toVariants(base, { count, fixed: places, random: randomSeed })
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

/** The text with the inputs that were changed; all else is to the letter what the file holds. */
function carryOver(
  { text, path, workflow }: Pick<WorkflowFile, 'text' | 'path' | 'workflow'>,
  variant: Workflow,
): string {
  let next = text
  for (const [nodeId, { inputs }] of Object.entries(variant)) {
    const before = workflow[nodeId]?.inputs ?? {}
    for (const [input, value] of Object.entries(inputs)) {
      if (value === before[input]) continue
      next = replaceAt(next, [...path, nodeId, 'inputs', input], stringifyExact(value))
    }
  }
  return next
}
