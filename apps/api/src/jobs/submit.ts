/** POST /api/v2/jobs: parse → key → check the graph → check the depth → check the files it names → accept (atomic) → put on the queue. */
import { findUrlInputs } from '@safelight/comfyui'
import { DEFAULT_OWNER, jobViewSchema, type Snapshot } from '@safelight/shared'
import { type AssetStore, SKILLS } from '@safelight/store'
import type { RequestDeadline } from '../http/deadline.ts'
import { traceHeaders, traceOf } from '../http/request-trace.ts'
import { type Answer, type Answering, defineRoute, type Reply } from '../http/route.ts'
import { afterwards } from '../http/send-reply.ts'
import { type AcceptDeps, acceptJob, type StoredWorkflow } from './accept-job.ts'
import type { CheckFiles } from './check-files.ts'
import { checkFleet } from './check-fleet.ts'
import { checkGraph, type CheckGraphDeps } from './check-graph.ts'
import { checkInputs } from './check-inputs.ts'
import type { FleetKnowledge } from './fleet-knowledge.ts'
import { answerAgain, idempotencyHeaders, readIdempotencyKey } from './idempotency.ts'
import { type Prices, toNeeds } from './needs.ts'
import { checkReferences } from './references.ts'
import { readSent } from './sent-workflow.ts'
import { noSuchJob } from './read.ts'
import { submitBodySchema, toSubmitRequest } from './submit-fields.ts'
import { readTargets } from './targets.ts'
import { type FetchUrlInputs, refuseManyUrls } from './url-inputs.ts'
import { toJobView } from './view.ts'
import { type JobWaits, preferHeader, toWait } from './wait.ts'

export interface SubmitDeps extends AcceptDeps, CheckGraphDeps {
  assets: Pick<AssetStore, 'loadMany'>
  fetchUrlInputs: FetchUrlInputs
  deadline: RequestDeadline
  fleet: Pick<FleetKnowledge, 'hosts' | 'hostsLately'>
  checkFiles: CheckFiles
  prices: Prices
  /** Whether our own request fields are taken. */
  extensions: boolean
  waits: JobWaits
}

const submitHeaders = idempotencyHeaders.extend(preferHeader.shape).extend(traceHeaders.shape)

export function submitRoute(deps: SubmitDeps) {
  const { store, admission, positions, replication, fetchUrlInputs } = deps
  return defineRoute({
    method: 'post',
    path: '/api/v2/jobs',
    operationId: 'postJobs',
    tag: 'jobs',
    summary: 'Submit a workflow for execution',
    description:
      'Takes an API-format graph verbatim, also inside a body of ComfyUI’s own `POST /prompt`. 201 means the job is recorded for good and will reach a terminal status. 503 means that it is not, unless `details.maybe_accepted` says that this is not known: then `details.job_id` is its id. Where hosts are known, a `pool` that none of them serves is `invalid_request`, and what each of them is certain to refuse is `invalid_workflow`: node classes and model files that it lacks, missing inputs, values out of range or not in a list, links of the wrong type. `details.node_errors` says so node by node, with ComfyUI’s own types of errors. Every reference to an asset (`core/ASSET`) must be of one that is there, or it is `missing_asset`; those are kept until the job has ended, and as long as its record. An `https` address as input of a node that loads a file is fetched first, and a reference to what came is kept in its place; one that cannot be had is `missing_asset`, too. With a `traceparent`, or where traces are made, the answer has the `traceparent` of the job.',
    request: { headers: submitHeaders, body: submitBodySchema },
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
      if (key && use) {
        const again = await answerAgain({ key, use, links }, { store, replication })
        deps.emit('job:repeated', { jobId: use.jobId })
        return hold(use.snapshot, again)
      }
      const bytes = Buffer.byteLength(sent.text)
      const { workflow, classes } = await checkGraph(deps, { graph, bytes })
      const targets = readTargets(body, workflow, classes)
      const pool = body.pool ?? null
      await checkFleet(deps.fleet, { workflow, pool })
      const inputs = await checkReferences(deps.assets, workflow)
      const urls = findUrlInputs(workflow, classes)
      refuseManyUrls(urls)
      await checkInputs(deps.fleet, { workflow, pool, targets })
      await admission.refuseWhenFull(bytes)
      const listed = await deps.checkFiles({ workflow, classes, pool, targets, signal })
      const owner = body.owner ?? DEFAULT_OWNER
      const skills = [
        ...(inputs.length + urls.length > 0 ? [SKILLS.references] : []),
        ...(targets ? [SKILLS.targets] : []),
      ]
      const price = await deps.prices.priceOf(owner, { workflow, classes, targets })
      const beside = { ...price, needs: toNeeds(workflow, { listed, skills }) }
      const nodes = Object.keys(workflow).length
      const trace = traceOf(request)
      const accept = (stored: StoredWorkflow, answering: Answering): Promise<Reply> =>
        acceptJob(deps, { body, sent, key, stored, beside, links, trace, nodes, hold }, answering)
      const { text } = sent
      if (urls.length === 0) return accept({ text, inputs }, { signal, ifLate })
      return afterwards(
        async (gone) => {
          const fetched = await fetchUrlInputs(urls, { text, owner, signal: gone })
          return { text: fetched.text, inputs: [...new Set([...inputs, ...fetched.assetIds])] }
        },
        accept,
        { deadline: deps.deadline, status: 201 },
      )
    },
  })
}
