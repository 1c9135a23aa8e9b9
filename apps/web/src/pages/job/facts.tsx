/** What is on record of the job, for whoever looks after it. */
import { isTerminal, type SnapshotView, type Workflow } from '@safelight/shared'
import { Link } from 'wouter'
import { saveText } from '../../outputs/save-link.tsx'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Fact } from '../../ui/fact.tsx'
import { toShortId } from '../../ui/job-name.ts'
import { Sign } from '../../ui/sign.tsx'
import { PhaseBar } from './phase-bar.tsx'

export interface FactsProps {
  snapshot: SnapshotView
  workflow: Workflow | undefined
}

export function Facts({ snapshot, workflow }: FactsProps) {
  const { jobId, createdAt, owner, pool, hostId, attempt, priority, metadata, times } = snapshot
  return (
    <section className="panel facts" aria-labelledby="facts-title">
      <h2 id="facts-title">On record</h2>
      <PhaseBar times={times} attempt={attempt} isOver={isTerminal(snapshot.status)} />
      <dl className="fact-list">
        <Fact name="Id">
          <code>{jobId}</code>
          <CopyButton text={jobId} label="Copy the id" bare />
        </Fact>
        <Fact name="Created">
          <time dateTime={new Date(createdAt).toISOString()}>
            {new Date(createdAt).toLocaleString()}
          </time>
        </Fact>
        <Fact name="Owner">
          <Link href={`/jobs?owner=${owner}`} title={`The jobs of ${owner}`}>
            {owner}
          </Link>
        </Fact>
        {pool !== null && (
          <Fact name="Pool">
            <code>{pool}</code>
          </Fact>
        )}
        <Fact name="Host">
          {hostId ? <code>{hostId}</code> : <span className="soft">none yet</span>}
        </Fact>
        <Fact name="Attempt">{attempt || <span className="soft">none yet</span>}</Fact>
        {priority !== 0 && <Fact name="Priority">{priority}</Fact>}
        {snapshot.replayOf && (
          <Fact name="Replay of">
            <Link href={`/jobs/${snapshot.replayOf}`}>{toShortId(snapshot.replayOf)}</Link>
          </Fact>
        )}
        {snapshot.replayedBy && (
          <Fact name="Replayed by">
            <Link href={`/jobs/${snapshot.replayedBy}`}>{toShortId(snapshot.replayedBy)}</Link>
          </Fact>
        )}
        {Object.entries(metadata ?? {}).map(([name, value]) => (
          <Fact key={name} name={<code title="Metadata of the submitter">{name}</code>}>
            {typeof value === 'string' ? value : JSON.stringify(value)}
          </Fact>
        ))}
      </dl>
      <Button
        look="quiet"
        compact
        className="workflow-save"
        disabled={!workflow}
        onClick={() =>
          saveText(JSON.stringify(workflow, null, 2), `workflow-${toShortId(jobId)}.json`)
        }
      >
        <Sign name="save" /> Download the workflow
      </Button>
    </section>
  )
}
