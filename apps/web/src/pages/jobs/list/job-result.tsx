/** How far a job is, or what came of it. */
import type { JobDescription } from '@safelight/client'
import type { SnapshotView } from '@safelight/shared'
import { ThinBar } from '../../../ui/thin-bar.tsx'

export interface JobResultProps {
  snapshot: SnapshotView
  words: JobDescription
}

export function JobResult({ snapshot: { status, outputs }, words }: JobResultProps) {
  if (status === 'running' || status === 'canceling') {
    return (
      <>
        <ThinBar value={words.value} label="Progress" />
        {words.step && <span className="row-step">{words.step}</span>}
        <span className="row-percent">{words.percent} %</span>
      </>
    )
  }
  if (outputs.length === 0) return null
  return <span>{outputs.length === 1 ? '1 output' : `${outputs.length} outputs`}</span>
}
