/** What can be done with the job now. */
import type { Generation } from '@safelight/client/react'
import { isTerminal, type SnapshotView, type Workflow } from '@safelight/shared'
import { useState } from 'react'
import { Link } from 'wouter'
import { Sign } from '../../../ui/sign.tsx'
import './actions.css'
import { AgainButton } from './again-button.tsx'
import { CancelButton, type CancelStep } from './cancel-button.tsx'
import { useNextJob } from './use-next-job.ts'

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
