/** The last step of a submission: accept (atomic) → put on the queue → answer. */
import { randomUUID } from 'node:crypto'
import type { ApiEvents, Emit, Logger } from '@safelight/runtime'
import {
  DEFAULT_OWNER,
  type JobLimits,
  type JobView,
  type Snapshot,
  type SubmitRequest,
} from '@safelight/shared'
import { type JobStore, type NewJob, parseWorkflow, type Replication } from '@safelight/store'
import type { RequestTrace } from '@safelight/telemetry'
import type { Links } from '../http/links.ts'
import type { Answer, Answering, Reply } from '../http/route.ts'
import type { QueuePositions } from '../watch/queue-positions.ts'
import type { Admission } from './admission.ts'
import { answerAgain, type IdempotencyKey } from './idempotency.ts'
import { acceptOrTell, maybeAccepted } from './maybe-accepted.ts'
import { toMissingAssets } from './references.ts'
import type { SentWorkflow } from './sent-workflow.ts'
import { toJobView } from './view.ts'

export interface AcceptDeps {
  store: Pick<JobStore, 'accept' | 'loadKeyUse' | 'loadStamp' | 'keepAnswer' | 'now'>
  admission: Admission
  positions: Pick<QueuePositions, 'read'>
  replication: Replication
  emit: Emit<ApiEvents>
  log: Logger
}

/** What is kept of a submission as its workflow. */
export interface StoredWorkflow {
  text: string
  /** Ids of the assets that it refers to. */
  inputs: readonly string[]
}

interface Submission {
  body: SubmitRequest
  sent: Pick<SentWorkflow, 'extraData'>
  key: IdempotencyKey | null
  stored: StoredWorkflow
  beside: Pick<NewJob, 'cost' | 'guessed' | 'weight' | 'needs'>
}

export interface Acceptance extends Submission {
  links: Links
  /** Of the request; null when nobody traces it. */
  trace: RequestTrace | null
  /** How many nodes it has. */
  nodes: number
  /** Until the job has ended, where that is asked for. */
  hold: (known: Snapshot, first: Answer) => Promise<Reply> | Reply
}

export async function acceptJob(
  deps: AcceptDeps,
  acceptance: Acceptance,
  { signal, ifLate }: Answering,
): Promise<Reply> {
  const { store, admission, positions, replication, emit } = deps
  const { key, links, stored, trace } = acceptance
  const newJob = { ...toNewJob(acceptance, await store.now()), trace: trace?.stored ?? null }
  // who was told that the service is away must not find a job made later
  signal.throwIfAborted()
  ifLate(() => maybeAccepted(newJob.jobId))
  const accepted = await acceptOrTell(newJob.jobId, () => store.accept(newJob))
  if (accepted.outcome === 'missing_asset') {
    throw toMissingAssets(parseWorkflow(stored.text), accepted.assetIds)
  }
  const { snapshot, position } =
    accepted.outcome === 'accepted' ? accepted : { snapshot: null, position: null }
  // another request with the key was faster
  if (key && !snapshot) {
    const use = await store.loadKeyUse(key.key)
    const again = await answerAgain({ key, use, links }, { store, replication })
    if (use) emit('job:repeated', { jobId: use.jobId })
    return again
  }
  if (!snapshot) throw new Error('a job without a key cannot be a repetition')
  const { jobId, owner, pool, priority } = snapshot
  const { nodes } = acceptance
  const { stored: partOf = null } = trace ?? {}
  emit('job:accepted', { jobId, owner, pool, nodes, priority, replayed: false, trace: partOf })
  const traceparent = trace?.accepted(jobId) ?? null
  const confirming = replication.confirm(jobId)
  const [place] = await Promise.all([positions.read(jobId, position), admission.enqueue(snapshot)])
  const view = toJobView(snapshot, { links, place })
  // before it is known whether it may be given: a repetition asks for that again
  if (key) await keepAnswer(deps, key, view)
  if (!(await confirming)) throw maybeAccepted(jobId)
  const headers = traceparent === null ? {} : { traceparent }
  return acceptance.hold(snapshot, { body: view, headers })
}

function toNewJob({ body, sent, key, stored, beside }: Submission, nowMs: number): NewJob {
  return {
    jobId: randomUUID(),
    workflow: stored.text,
    inputs: stored.inputs,
    owner: body.owner ?? DEFAULT_OWNER,
    pool: body.pool ?? null,
    priority: body.priority ?? 0,
    ...beside,
    metadata: body.metadata ?? null,
    limits: toLimits(body, nowMs),
    idempotencyKey: key?.key ?? null,
    ...(key && { requestHash: key.requestHash }),
    extraData: sent.extraData,
  }
}

function toLimits(
  {
    start_deadline_s,
    timeout_s,
    node_retries,
    allow_partial_results,
    partial_execution_targets,
  }: SubmitRequest,
  nowMs: number,
): JobLimits {
  return {
    startBy: start_deadline_s === undefined ? null : nowMs + start_deadline_s * 1_000,
    timeoutMs: timeout_s === undefined ? null : timeout_s * 1_000,
    nodeRetries: node_retries ?? 0,
    ...(allow_partial_results && { allowPartial: true }),
    ...(partial_execution_targets && { targets: [...new Set(partial_execution_targets)] }),
  }
}

async function keepAnswer(
  { store, log }: AcceptDeps,
  { key }: IdempotencyKey,
  view: JobView,
): Promise<void> {
  try {
    await store.keepAnswer(key, view.id, view)
  } catch (err) {
    // a repetition gets the job as it was accepted instead
    log.warn({ err, jobId: view.id }, 'accepted, but its answer was not kept')
  }
}
