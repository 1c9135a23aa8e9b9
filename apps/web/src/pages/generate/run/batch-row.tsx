/** Several jobs of one go, side by side, each as it comes along and each a way to its page. */
import { GenerationProgress } from '@safelight/client/react'
import { useEffect, useRef } from 'react'
import { Link } from 'wouter'
import { Button } from '../../../ui/button.tsx'
import { Sign } from '../../../ui/sign.tsx'
import type { Batch } from './use-go.ts'

export function BatchRow({ batch, onClose }: { batch: Batch; onClose: () => void }) {
  const { name, jobIds } = batch
  const row = useRef<HTMLElement>(null)
  const [firstId] = jobIds
  // a new batch is what one wants to see; it may be below the fold
  useEffect(() => {
    row.current?.scrollIntoView({ block: 'nearest' })
  }, [firstId])
  return (
    <section className="batch-row" ref={row} aria-labelledby="batch-title">
      <header>
        <h2 id="batch-title">
          {name} <span className="soft">× {jobIds.length}</span>
        </h2>
        <Button look="quiet" compact onClick={onClose}>
          <Sign name="cross" /> Put away
        </Button>
      </header>
      <ol>
        {jobIds.map((jobId, index) => (
          <li key={jobId}>
            <Link href={`/jobs/${jobId}`} aria-label={`Job ${index + 1} of ${jobIds.length}`}>
              <GenerationProgress
                jobId={jobId}
                batch={{ index: index + 1, count: jobIds.length }}
              />
            </Link>
          </li>
        ))}
      </ol>
    </section>
  )
}
