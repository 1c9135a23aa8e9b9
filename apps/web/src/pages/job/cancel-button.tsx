/** Cancels, after asking once; then says so until it is certain. */
import type { Generation } from '@safelight/client/react'
import { Button } from '../../ui/button.tsx'

/** `kept`: asked, and the answer was no. */
export type CancelStep = 'idle' | 'asking' | 'kept' | { problem: string }

export interface CancelButtonProps {
  generation: Generation
  step: CancelStep
  onStep: (step: CancelStep) => void
}

export function CancelButton({ generation, step, onStep }: CancelButtonProps) {
  const { cancel, isCanceling } = generation

  async function confirm(): Promise<void> {
    onStep('idle')
    try {
      await cancel()
    } catch (error) {
      onStep({ problem: error instanceof Error ? error.message : String(error) })
    }
  }

  if (isCanceling) {
    return (
      <p className="canceling" role="status">
        Canceling, waiting for the host
      </p>
    )
  }
  if (step === 'asking') {
    return (
      <div className="cancel-question" role="group" aria-label="Cancel this job?">
        <span>Cancel this job?</span>
        <Button look="danger" compact onClick={() => void confirm()}>
          Yes, cancel
        </Button>
        {/* whoever presses Enter twice has not thought twice */}
        <Button look="quiet" compact autoFocus onClick={() => onStep('kept')}>
          Keep it
        </Button>
      </div>
    )
  }
  return (
    <>
      <Button look="danger" autoFocus={step === 'kept'} onClick={() => onStep('asking')}>
        Cancel
      </Button>
      {typeof step === 'object' && (
        <p className="action-problem" role="alert">
          It could not be asked to stop: {step.problem}
        </p>
      )}
    </>
  )
}
