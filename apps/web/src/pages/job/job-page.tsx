/** One job: its picture in the making, the truth about its progress, and everything on record of it. */
import { RequestError } from '@safelight/client'
import { GenerationProgress, useClient, useGeneration } from '@safelight/client/react'
import { isTerminal, type Workflow } from '@safelight/shared'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { useAccessRound } from '../../shell/access.ts'
import { toGivenName, toIdName, toWorkflowName } from '../../ui/job-name.ts'
import { Empty } from '../../ui/notice.tsx'
import { findFields } from '../../workflow/find-fields.ts'
import { readStored } from '../../workflow/read-workflow.ts'
import { Actions } from './actions.tsx'
import { Facts } from './facts.tsx'
import { JobHead } from './job-head.tsx'
import { NodeList } from './node-list.tsx'
import { toPageTitle, usePageTitle } from './page-title.ts'
import { Problem } from './problem/problem.tsx'
import { Warnings } from './problem/warnings.tsx'
import { Stage } from './stage.tsx'
import { TimelineList } from './timeline-list.tsx'
import { useWhy, WhyLine } from './why-line.tsx'
import '../../outputs/details.css'
import '../../outputs/stage.css'
import './output-texts.css'
import './progress.css'
// last: a picture in the tray is a picture first
import '../../outputs/outputs.css'

export function JobPage({ jobId }: { jobId: string }) {
  // a watch that was refused begins anew with the token that was accepted since
  return <WatchedJob key={useAccessRound()} jobId={jobId} />
}

function WatchedJob({ jobId }: { jobId: string }) {
  const generation = useGeneration(jobId, { history: true, previews: true })
  const { snapshot, problem, queuePosition, events, connection } = generation
  const workflow = useJobWorkflow(jobId)
  const why = useWhy(generation)
  usePageTitle(toPageTitle(snapshot, queuePosition))
  if (!snapshot && problem) return <Gone problem={problem} />

  const given = toGivenName(snapshot?.metadata ?? null)
  const name = given ?? (workflow ? toWorkflowName(workflow) : toIdName(jobId))
  const error = snapshot?.error ?? null
  const hasNothing = snapshot && isTerminal(snapshot.status) && snapshot.outputs.length === 0
  return (
    <article className="job" data-live={connection === 'live'}>
      <JobHead jobId={jobId} name={name} snapshot={snapshot} />
      <div className="job-columns">
        <div className="job-main">
          {snapshot && error && <Problem snapshot={snapshot} error={error} workflow={workflow} />}
          {!(error && hasNothing) && (
            <Stage generation={generation} ratio={toPaperRatio(workflow)} why={why?.code ?? null} />
          )}
          {snapshot && <Warnings warnings={snapshot.warnings} workflow={workflow} />}
        </div>
        <div className="job-side">
          <GenerationProgress generation={generation} preview={false} />
          {snapshot && (
            <>
              <Actions generation={generation} snapshot={snapshot} workflow={workflow} />
              {/* below them: it comes late and changes its length, and nobody may hit the wrong button for it */}
              <WhyLine why={why} />
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

const SQUARE = 1
/** Beyond it a strip would be all that is left of the paper. */
const STEEPEST = 3

/** How wide to how high the picture will be, as far as the workflow says. */
function toPaperRatio(workflow: Workflow | undefined): number {
  const sizes = findFields(workflow ?? {}).flatMap((field) =>
    field.kind === 'size' ? [field.value] : [],
  )
  const [size] = sizes
  if (!size) return SQUARE
  return Math.min(STEEPEST, Math.max(1 / STEEPEST, size.width / size.height))
}

/** Instead of a job that cannot be shown: why, and where to go from here. */
function Gone({ problem }: { problem: Error }) {
  const code = problem instanceof RequestError ? problem.code : null
  if (code === 'not_found') {
    return (
      <Empty isPage title="There is no such job, or it is no longer kept" action={<Ways />}>
        Jobs and their outputs are kept for a while after they end, and then they go; how long is
        the server’s <code>RETENTION</code>. If somebody gave you this address, compare its id
        letter by letter.
      </Empty>
    )
  }
  return (
    <Empty isPage title="This job cannot be shown" action={<Ways />}>
      {problem.message}
    </Empty>
  )
}

function Ways() {
  return (
    <p>
      <Link href="/jobs">All jobs that are kept</Link> · <Link href="/">Make a new one</Link>
    </p>
  )
}

/**
 * The graph a job was submitted with. It never changes, so it is asked for once.
 * @returns undefined until it is there, and when it cannot be had
 */
function useJobWorkflow(jobId: string): Workflow | undefined {
  const client = useClient()
  const { data } = useQuery({
    queryKey: ['job-workflow', jobId],
    queryFn: async ({ signal }) => readStored(await client.jobs.workflowText(jobId, { signal })),
    staleTime: Number.POSITIVE_INFINITY,
  })
  return data
}
