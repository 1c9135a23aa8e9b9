/** POST /api/v2/jobs: parse → key → check the graph → check the depth → check the files it names → accept (atomic) → put on the queue. */
import { randomUUID } from 'node:crypto'
import { checkWorkflow, type NodeClasses } from '@safelight/comfyui'
import type { Logger } from '@safelight/runtime'
import {
  DEFAULT_OWNER,
  type JobLimits,
  type JobView,
  jobViewSchema,
  type Snapshot,
  type SubmitRequest,
  type Workflow,
} from '@safelight/shared'
import type { AssetStore, JobStore, NewJob } from '@safelight/store'
import { type Answer, defineRoute } from '../http/route.ts'
import type { QueuePositions } from '../watch/queue-positions.ts'
import type { Admission } from './admission.ts'
import type { CheckFiles } from './check-files.ts'
import { checkFleet } from './check-fleet.ts'
import { checkInputs } from './check-inputs.ts'
import type { FleetKnowledge } from './fleet-knowledge.ts'
import {
  answerAgain,
  type IdempotencyKey,
  idempotencyHeaders,
  readIdempotencyKey,
} from './idempotency.ts'
import { toWorkflowError } from './invalid-workflow.ts'
import { acceptOrTell, maybeAccepted } from './maybe-accepted.ts'
import { type Prices, toNeeds } from './needs.ts'
import type { FleetClasses } from './node-class-cache.ts'
import { checkReferences, toMissingAssets } from './references.ts'
import { readSent, type SentWorkflow } from './sent-workflow.ts'
import { noSuchJob } from './read.ts'
import { submitBodySchema, toSubmitRequest } from './submit-fields.ts'
import { readTargets } from './targets.ts'
import { toJobView } from './view.ts'
import { type JobWaits, preferHeader, toWait } from './wait.ts'

export interface SubmitDeps {
  store: Pick<JobStore, 'accept' | 'loadKeyUse' | 'keepAnswer' | 'now'>
  assets: Pick<AssetStore, 'loadMany'>
  admission: Admission
  /** What the hosts know; null when no host is known. */
  fleetClasses: () => Promise<FleetClasses | null>
  fleet: Pick<FleetKnowledge, 'hosts' | 'hostsNow'>
  checkFiles: CheckFiles
  prices: Prices
  /** Whether our own request fields are taken. */
  extensions: boolean
  positions: Pick<QueuePositions, 'read'>
  waits: JobWaits
  log: Logger
  limits: { maxNodes: number; maxBytes: number }
}

export function submitRoute(deps: SubmitDeps) {
  const { store, admission, positions, log } = deps
  return defineRoute({
    method: 'post',
    path: '/api/v2/jobs',
    operationId: 'postJobs',
    tag: 'jobs',
    summary: 'Submit a workflow for execution',
    description:
      'Takes an API-format graph verbatim, also inside a body of ComfyUI’s own `POST /prompt`. 201 means the job is recorded for good and will reach a terminal status. 503 means that it is not, unless `details.maybe_accepted` says that this is not known: then `details.job_id` is its id. Where hosts are known, a `pool` that none of them serves is `invalid_request`, and what each of them is certain to refuse is `invalid_workflow`: node classes and model files that it lacks, missing inputs, values out of range or not in a list, links of the wrong type. `details.node_errors` says so node by node, with ComfyUI’s own types of errors. Every reference to an asset (`core/ASSET`) must be of one that is there, or it is `missing_asset`; those are kept until the job has ended, and as long as its record.',
    request: { headers: idempotencyHeaders.extend(preferHeader.shape), body: submitBodySchema },
    success: { status: 201, description: 'Job created and queued.', schema: jobViewSchema },
    errors: [
      'invalid_request',
      'unauthorized',
      'idempotency_in_flight',
      'payload_too_large',
      'invalid_workflow',
      'workflow_format_ui',
      'missing_asset',
      'idempotency_key_reuse',
      'queue_full',
      'upstream_error',
      'unavailable',
    ],
    async handle({ body: fields, bodyText, headers, links, request, signal, ifLate }) {
      const body = toSubmitRequest(fields, deps)
      const { graph, ...sent } = readSent(body, bodyText())
      const key = readIdempotencyKey(headers, body, sent.text)
      const use = key && (await store.loadKeyUse(key.key))
      const wait = toWait(undefined, headers.Prefer)
      const hold = (known: Snapshot, first: Answer) => {
        const toBody = async (job: Snapshot) =>
          toJobView(job, { links, place: await positions.read(job.jobId) })
        const held = { ...first, snapshot: known, status: 201, toBody, onGone: noSuchJob }
        return wait ? deps.waits.reply({ ...held, wait, request }) : first
      }
      if (key && use) return hold(use.snapshot, answerAgain(key, use, links))
      const { workflow, classes } = await checkGraph(deps, graph)
      const targets = readTargets(body, workflow, classes)
      const pool = body.pool ?? null
      await checkFleet(deps.fleet, { workflow, pool })
      const inputs = await checkReferences(deps.assets, workflow)
      await checkInputs(deps.fleet, { workflow, pool, targets })
      await admission.refuseWhenFull()
      const listed = await deps.checkFiles({ workflow, classes, pool, targets, signal })
      const price = await deps.prices.priceOf(body.owner ?? DEFAULT_OWNER, {
        workflow,
        classes,
        targets,
      })
      const beside = { ...price, needs: toNeeds(workflow, listed) }
      const newJob = toNewJob({ body, sent, key, inputs, beside, nowMs: await store.now() })
      // who was told that the service is away must not find a job made later
      signal.throwIfAborted()
      ifLate(maybeAccepted(newJob.jobId))
      const accepted = await acceptOrTell(newJob.jobId, () => store.accept(newJob))
      if (accepted.outcome === 'missing_asset') throw toMissingAssets(workflow, accepted.assetIds)
      const snapshot = accepted.outcome === 'accepted' ? accepted.snapshot : null
      // another request with the key was faster
      if (key && !snapshot) return answerAgain(key, await store.loadKeyUse(key.key), links)
      if (!snapshot) throw new Error('a job without a key cannot be a repetition')
      const { jobId, priority } = snapshot
      log.info({ jobId, nodes: Object.keys(workflow).length, priority }, 'job accepted')
      await admission.enqueue(snapshot)
      const view = toJobView(snapshot, { links, place: await positions.read(jobId) })
      if (key) await keepAnswer(deps, key, view)
      return hold(snapshot, { body: view })
    },
  })
}

async function checkGraph(
  deps: SubmitDeps,
  candidate: unknown,
): Promise<{ workflow: Workflow; classes: NodeClasses | null }> {
  const classes = (await deps.fleetClasses())?.classes ?? null
  const check = checkWorkflow(candidate, { classes, limits: deps.limits })
  if (check.ok) return { workflow: check.workflow, classes }
  const { nodeErrors, moreProblems } = check
  throw toWorkflowError(check.code, check.message, { nodeErrors, more: moreProblems })
}

interface Submission {
  body: SubmitRequest
  sent: Pick<SentWorkflow, 'text' | 'extraData'>
  key: IdempotencyKey | null
  inputs: readonly string[]
  beside: Pick<NewJob, 'cost' | 'weight' | 'needs'>
  nowMs: number
}

function toNewJob({ body, sent, key, inputs, beside, nowMs }: Submission): NewJob {
  return {
    jobId: randomUUID(),
    workflow: sent.text,
    owner: body.owner ?? DEFAULT_OWNER,
    pool: body.pool ?? null,
    priority: body.priority ?? 0,
    ...beside,
    metadata: body.metadata ?? null,
    limits: toLimits(body, nowMs),
    inputs,
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
  { store, log }: SubmitDeps,
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
