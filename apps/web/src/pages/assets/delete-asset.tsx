/** Deletes an asset, after a question; says kindly why it cannot be. */
import { RequestError } from '@safelight/client'
import { useClient } from '@safelight/client/react'
import type { AssetView } from '@safelight/shared'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useLocation } from 'wouter'
import { Button } from '../../ui/button.tsx'
import { Sign } from '../../ui/sign.tsx'

type Step = { at: 'idle' } | { at: 'asking' } | { at: 'busy' } | { at: 'refused'; why: string }

export function DeleteAsset({ asset }: { asset: AssetView }) {
  const client = useClient()
  const queries = useQueryClient()
  const [, navigate] = useLocation()
  const [step, setStep] = useState<Step>({ at: 'idle' })

  async function remove(): Promise<void> {
    setStep({ at: 'busy' })
    try {
      await client.assets.delete(asset.id)
    } catch (error) {
      // somebody else was faster: it is gone all the same
      const isGone = error instanceof RequestError && error.code === 'not_found'
      if (!isGone) return setStep({ at: 'refused', why: toReason(error, asset) })
    }
    void queries.invalidateQueries({ queryKey: ['assets'] })
    navigate('/gallery', { replace: true })
    queries.removeQueries({ queryKey: ['asset', asset.id] })
  }

  if (step.at === 'asking' || step.at === 'busy') {
    return (
      <div className="asset-question" role="group" aria-label="Delete it?">
        <span>Delete it for good?</span>
        <Button
          look="danger"
          compact
          autoFocus
          disabled={step.at === 'busy'}
          onClick={() => void remove()}
        >
          Delete
        </Button>
        <Button look="quiet" compact onClick={() => setStep({ at: 'idle' })}>
          Keep it
        </Button>
      </div>
    )
  }
  return (
    <>
      <Button onClick={() => setStep({ at: 'asking' })}>
        <Sign name="bin" /> Delete
      </Button>
      {step.at === 'refused' && (
        <p className="asset-refusal" role="status">
          {step.why}
        </p>
      )}
    </>
  )
}

function toReason(error: unknown, { job_id: jobId }: AssetView): string {
  if (!(error instanceof RequestError))
    return error instanceof Error ? error.message : String(error)
  if (error.code !== 'asset_in_use') return error.message
  return jobId === undefined
    ? 'It is still needed: a job that has not ended begins with it. Try again when that job is done.'
    : 'It stays with the job that made it, and goes when that job is no longer kept.'
}
