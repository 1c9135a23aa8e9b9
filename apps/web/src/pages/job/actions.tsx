/** What can be done with the job now. */
import type { SubmitOptions } from '@safelight/client'
import { type Generation, useClient } from '@safelight/client/react'
import { isTerminal, type SnapshotView, type Workflow } from '@safelight/shared'
import { useState } from 'react'
import { Link } from 'wouter'
import { Button } from '../../ui/button.tsx'
import { Sign } from '../../ui/sign.tsx'
import { findSeeds, withNewSeeds } from '../../workflow/new-seed.ts'
import { CancelButton, type CancelStep } from './cancel-button.tsx'
import { withoutBatch } from './siblings.ts'
import { type NextJob, useNextJob } from './use-next-job.ts'

export interface ActionsProps {
  generation: Generation
  snapshot: SnapshotView
  workflow: Workflow | undefined
}

export function Actions({ generation, snapshot, workflow }: ActionsProps) {
  const next = useNextJob()
  const [step, setStep] = useState<CancelStep>('idle')
  const hasEnded = isTerminal(snapshot.status)
  const isAsking = step === 'asking' && !hasEnded && !generation.isCanceling
  return (
    <section className="actions" aria-label="Actions">
      {!hasEnded && <CancelButton generation={generation} step={step} onStep={setStep} />}
      {/* one question at a time */}
      {!isAsking && (
        <>
          <AgainButton
            snapshot={snapshot}
            workflow={workflow}
            next={next}
            isMain={snapshot.status === 'succeeded'}
          />
          <Link className="button" href={`/?again=${encodeURIComponent(snapshot.jobId)}`}>
            <Sign name="edit" /> Edit and run again
          </Link>
        </>
      )}
      {next.problem && (
        <p className="action-problem" role="alert">
          {next.problem}
        </p>
      )}
    </section>
  )
}

export interface AgainButtonProps {
  snapshot: SnapshotView
  workflow: Workflow | undefined
  next: NextJob
  isMain: boolean
}

/** The same workflow once more; with new seeds where it has any, or the picture would be the same. */
function AgainButton({ snapshot, workflow, next, isMain }: AgainButtonProps) {
  const client = useClient()
  const hasSeeds = !workflow || findSeeds(workflow).length > 0

  function again(): void {
    if (!workflow) return
    next.start(() => client.jobs.submit(withNewSeeds(workflow), toSameOptions(snapshot)))
  }

  return (
    <Button
      look={isMain ? 'primary' : 'plain'}
      disabled={!workflow || next.isStarting}
      onClick={again}
    >
      <Sign name="again" /> {hasSeeds ? 'Again with a new seed' : 'Run again'}
    </Button>
  )
}

/**
 * What a job was allowed and marked with, for another one like it.
 * Not its start deadline: that was a moment, and it is over.
 */
function toSameOptions({ priority, limits, metadata }: SnapshotView): SubmitOptions {
  const kept = withoutBatch(metadata)
  const { timeoutMs, nodeRetries, allowPartial } = limits
  return {
    ...(priority !== 0 && { priority }),
    ...(kept && { metadata: kept }),
    ...(timeoutMs !== null && { timeout_s: Math.round(timeoutMs / 1_000) }),
    ...(nodeRetries > 0 && { node_retries: nodeRetries }),
    ...(allowPartial && { allow_partial_results: true }),
  }
}
