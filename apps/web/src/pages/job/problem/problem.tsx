/** Why the job failed, in plain words first; then exactly, for whoever has to mend it. */
import type { JobError, SnapshotView, Workflow } from '@safelight/shared'
import { Sign } from '../../../ui/sign.tsx'
import { titleOf } from '../../../workflow/describe-workflow.ts'
import { DeadLetterNote } from './dead-letter.tsx'
import { explainError, readNodeErrors } from './explain-error.ts'

export interface ProblemProps {
  snapshot: SnapshotView
  error: JobError
  workflow: Workflow | undefined
}

export function Problem({ snapshot, error, workflow }: ProblemProps) {
  const { title, happened, advice } = explainError(error.code)
  const complaints = readNodeErrors(error.details)
  return (
    <section className="problem" aria-labelledby="problem-title">
      <h2 id="problem-title">
        <Sign name="cross" /> {title}
      </h2>
      <p>
        {happened} {advice}
      </p>
      {error.node_id && (
        <NodeLine nodeId={error.node_id} fallback={error.class_type} workflow={workflow} />
      )}
      <pre className="problem-message">{error.message}</pre>
      {complaints.length > 0 && (
        <ul className="complaints">
          {complaints.map(({ nodeId, message }, index) => (
            <li key={`${nodeId} ${index}`}>
              <NodeLine nodeId={nodeId} workflow={workflow} />
              <span>{message}</span>
            </li>
          ))}
        </ul>
      )}
      {error.traceback && (
        <details>
          <summary>Traceback</summary>
          <pre tabIndex={0}>{error.traceback}</pre>
        </details>
      )}
      {(snapshot.deadLetter || snapshot.replayedBy) && <DeadLetterNote snapshot={snapshot} />}
    </section>
  )
}

function NodeLine(props: {
  nodeId: string
  fallback?: string | null | undefined
  workflow: Workflow | undefined
}) {
  const { nodeId, fallback, workflow } = props
  const node = workflow?.[nodeId]
  const name = workflow && node ? titleOf(workflow, nodeId) : (fallback ?? 'Node')
  return (
    <p className="problem-node">
      <strong>{name}</strong>
      {node && node.class_type !== name && <span className="soft">{node.class_type}</span>}
      <code className="soft">#{nodeId}</code>
    </p>
  )
}
