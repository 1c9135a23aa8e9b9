/** Is every job's end the one that its graph and what broke meanwhile account for? Pure. */
import type { Workflow } from '@safelight/shared'
import type { Disruption } from './blows.ts'
import type { HostExecution } from './twice.ts'
import { isFragile, SENT, toWanted, type Wanted } from './wanted.ts'

export interface Outcome {
  jobId: string
  status: string
  errorCode: string | null
  /** Names of the files that came home. */
  files: readonly string[]
  priority: number
  workflow: Workflow
}

export interface EndFacts {
  /** Jobs whose cancel was asked for. */
  canceled: ReadonlySet<string>
  executions: readonly HostExecution[]
  disruptions: readonly Disruption[]
}

/** What may happen to any job while hosts and workers die. */
const OF_THE_CHAOS: readonly string[] = ['host_unavailable', 'stalled', 'worker_lost']

/** For this long after a host has made a file somebody may still come for it: a successor of a successor. */
const FETCHED_WITHIN_MS = 90_000

/** @returns what is wrong, in words, one per job */
export function findWrongEnds(outcomes: readonly Outcome[], facts: EndFacts): string[] {
  return outcomes.flatMap((outcome) => {
    const wrong = toWrong(outcome, toWanted(outcome.workflow), facts)
    return wrong ? [`${outcome.jobId}: ${wrong}`] : []
  })
}

function toWrong(outcome: Outcome, wanted: Wanted, facts: EndFacts): string | null {
  const { jobId, status, errorCode } = outcome
  switch (status) {
    case 'succeeded':
      return toWrongSuccess(outcome, wanted)
    case 'canceled':
      return facts.canceled.has(jobId) ? null : 'canceled, and nobody asked for it'
    case 'failed':
      if (errorCode === wanted.failsWith) return null
      if (errorCode === 'output_missing') return toWrongLoss(outcome, wanted, facts)
      // a device that fails is its host's fault: there are others
      return OF_THE_CHAOS.includes(errorCode ?? '') ? null : `failed with ${errorCode}`
    default:
      return null
  }
}

function toWrongSuccess({ files }: Outcome, { failsWith, pictures }: Wanted): string | null {
  if (failsWith) return `succeeded, and should have failed with ${failsWith}`
  const missing = without(pictures, files)
  if (missing.length > 0) return `succeeded without ${missing.join()}`
  return files.length > pictures.length ? `succeeded with more than was asked for` : null
}

/** Files may be missing where their host would not serve them, or had forgotten that it made them. */
function toWrongLoss(outcome: Outcome, { pictures }: Wanted, facts: EndFacts): string | null {
  const made = facts.executions.filter((one) => {
    return one.jobId === outcome.jobId && one.outcome === 'success'
  })
  const excuses = facts.disruptions.filter(({ target, at, until = Infinity, poison }) =>
    made.some(({ host, startedAt, endedAt }) => {
      const lasted = (poison ? until : at) >= startedAt
      return target === host && lasted && at <= (endedAt ?? Infinity) + FETCHED_WITHIN_MS
    }),
  )
  const allGone = excuses.some((excuse) => excuse.forgot || hidesHistory(excuse))
  if (allGone) return null
  const unserved = excuses.flatMap(({ poison }) => poison?.unservedFile ?? [])
  if (isFragile(outcome.workflow) && facts.disruptions.some(isDeafening)) unserved.push(SENT)
  const missing = without(pictures, outcome.files)
  if (missing.length === 0) return 'failed with output_missing, and nothing is'
  const served = missing.filter((prefix) => !unserved.includes(prefix))
  return served.length > 0 ? `lost ${served.join()}, which its host would have served` : null
}

/** So that a success, though heard, leaves nothing to collect. */
export function hidesHistory({ poison = {} }: Disruption): boolean {
  return ['historyLate', 'historyHollow', 'historyGone'].some((name) => name in poison)
}

/** So that what is only sent may not be heard. */
export function isDeafening({ target, what, poison }: Disruption): boolean {
  return /^(worker|redis)/.test(target) || poison !== undefined || what === 'frozen'
}

/** The pictures for which no file is there, each file counted once. */
function without(pictures: readonly string[], files: readonly string[]): string[] {
  const left = [...files]
  return pictures.filter((prefix) => {
    const at = left.findIndex((name) => name.startsWith(`${prefix}_`))
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
}
