/** One job: its picture in the making, the truth about its progress, and everything on record of it. */
import { GenerationProgress, useGeneration } from '@safelight/client/react'
import { isTerminal } from '@safelight/shared'
import '../../outputs/outputs.css'
import { useAccessRound } from '../../shell/access.ts'
import { Actions } from './actions/actions.tsx'
import { Facts } from './facts/facts.tsx'
import { Gone } from './gone.tsx'
import { JobHead } from './head/job-head.tsx'
import { toJobName } from './job-name.ts'
import './job-page.css'
import { NodeList } from './nodes/node-list.tsx'
import { toPageTitle } from './page-title.ts'
import { Problem } from './problem/problem.tsx'
import { Warnings } from './problem/warnings.tsx'
import { toPaperRatio } from './stage/paper-ratio.ts'
import { Stage } from './stage/stage.tsx'
import { TimelineList } from './timeline/timeline-list.tsx'
import { useJobWorkflow } from './use-job-workflow.ts'
import { usePageTitle } from './use-page-title.ts'

export function JobPage({ jobId }: { jobId: string }) {
  // a watch that was refused begins anew with the token that was accepted since
  return <WatchedJob key={useAccessRound()} jobId={jobId} />
}

function WatchedJob({ jobId }: { jobId: string }) {
  const generation = useGeneration(jobId, { history: true, previews: true })
  const { snapshot, problem, queuePosition, events, connection } = generation
  const workflow = useJobWorkflow(jobId)
  usePageTitle(toPageTitle(snapshot, queuePosition))
  if (!snapshot && problem) return <Gone problem={problem} />

  const error = snapshot?.error ?? null
  const hasNothing = snapshot && isTerminal(snapshot.status) && snapshot.outputs.length === 0
  return (
    <article className="job" data-live={connection === 'live'}>
      <JobHead
        jobId={jobId}
        name={toJobName(jobId, snapshot?.metadata ?? null, workflow)}
        snapshot={snapshot}
      />
      <div className="job-columns">
        <div className="job-main">
          {snapshot && error && <Problem snapshot={snapshot} error={error} workflow={workflow} />}
          {!(error && hasNothing) && (
            <Stage generation={generation} ratio={toPaperRatio(workflow)} />
          )}
          {snapshot && <Warnings warnings={snapshot.warnings} workflow={workflow} />}
        </div>
        <div className="job-side">
          <GenerationProgress generation={generation} preview={false} />
          {snapshot && (
            <>
              <Actions generation={generation} snapshot={snapshot} workflow={workflow} />
              {workflow && <NodeList snapshot={snapshot} workflow={workflow} />}
              <TimelineList snapshot={snapshot} events={events} />
              <Facts snapshot={snapshot} workflow={workflow} />
            </>
          )}
        </div>
      </div>
    </article>
  )
}
