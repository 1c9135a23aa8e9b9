/** The same workflow once more; with new seeds where it has any, or the picture would be the same. */
import { useClient } from '@safelight/client/react'
import type { SnapshotView, Workflow } from '@safelight/shared'
import { Button } from '../../../ui/button.tsx'
import { Sign } from '../../../ui/sign.tsx'
import { findSeeds, withNewSeeds } from '../../../workflow/new-seed.ts'
import { toSameOptions } from './same-options.ts'
import type { NextJob } from './use-next-job.ts'

export interface AgainButtonProps {
  snapshot: SnapshotView
  workflow: Workflow | undefined
  next: NextJob
  isMain: boolean
}

export function AgainButton({ snapshot, workflow, next, isMain }: AgainButtonProps) {
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
