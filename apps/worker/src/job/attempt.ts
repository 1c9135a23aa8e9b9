/** One attempt: one prompt on one host, from the first event for the watchers to its end as history tells it. */
import {
  type FileItem,
  foldPartial,
  modelsOf,
  type NodeErrors,
  outputNodesOf,
  type PartialFailure,
  PromptRejected,
  sendsPictures,
  startProgress,
  toRestMs,
  type TrackerState,
  withListedNames,
} from '@safelight/comfyui'
import type { Warning, Workflow } from '@safelight/shared'
import type { AttemptRecord } from '@safelight/store'
import type { Host } from '../hosts/host.ts'
import {
  type CollectDecision,
  type JobDecision,
  decideAfterEnd,
  decideAfterError,
} from './decide-job.ts'
import type { Asked } from './asked.ts'
import { checkedHost } from './claim-check.ts'
import { promptIdOf } from '@safelight/store'
import { openAttemptOutputs } from './attempt-outputs.ts'
import { createUpdateReporter } from './report-updates.ts'
import type { Handling } from './handling.ts'
import { submitInOrder } from './submit-order.ts'
import { withInputs } from './with-inputs.ts'
import { addWarnings, toPartialWarnings } from './warnings.ts'

export interface AttemptOptions {
  host: Host
  asked: Asked
  /** Before anything ran. */
  tracker: TrackerState
  /** Where it runs, as it is noted for a successor. */
  record: AttemptRecord
  /** What another worker noted of this very attempt: its prompt is adopted when it is still there. */
  adopt: AttemptRecord | null
  /** The host had its prompt. */
  wasSubmitted: boolean
  /** Whether the attempt is noted and told: nothing is posted before, and with false nothing at all. */
  prepared: Promise<boolean>
}

export interface AttemptResult {
  decision: CollectDecision | JobDecision
  /** Where it ran. */
  record: AttemptRecord
  tracker: TrackerState
  warnings: Warning[]
  /** Nodes that failed while the rest went on to its end. */
  partial: PartialFailure | null
  /** What the host lists of a prompt that did not come to its end. */
  made: readonly FileItem[]
  /** Texts and pictures for which the record had no room. */
  more: number
}

export async function runAttempt(
  handling: Handling,
  options: AttemptOptions,
): Promise<AttemptResult> {
  const { deps, jobId, writer, stop, log } = handling
  const { host, asked, tracker, adopt, wasSubmitted, prepared } = options
  const { workflow } = asked
  const { targets } = writer.snapshot.limits
  const warnings = adopt ? handling.writer.snapshot.warnings : []
  const outputs = openAttemptOutputs(handling, { host, asked })
  const reporter = createUpdateReporter(handling, {
    tracker,
    warnings,
    outputs,
    record: options.record,
    asked,
    modelsInPlace: () => (host.state.modelsAt === null ? null : host.state.models),
  })
  const follow = host.follow(jobId, {
    models: modelsOf(workflow),
    restMs: () => toRestMs(reporter.tracker, deps.clock.steady()),
  })
  let { record } = options
  function note(news: Partial<AttemptRecord>): void {
    record = { ...record, ...news }
    handling
      .saveAttempt(record)
      .catch((error: unknown) => log.warn({ err: error }, 'attempt not saved'))
  }
  const result = (
    decision: AttemptResult['decision'],
    made: readonly FileItem[] = [],
  ): AttemptResult => ({
    decision,
    record,
    made,
    more: outputs.more,
    ...withPartial(reporter, decision.action === 'collect' ? decision.partial : null),
  })

  try {
    const extraData = handling.extraData()
    // a host whose executor is dead gives back what waits behind it
    const signal = AbortSignal.any([stop.signal, follow.signal])
    const unwanted = AbortSignal.any([signal, stop.withdrawal])
    const checked = checkedHost(host.client, handling.checkClaim)
    // each brings its inputs by itself: only what is ready to be posted waits for its turn
    const client = withInputs(submitInOrder(checked, handling.ticket.place, unwanted), {
      hostId: host.hostId,
      staging: deps.staging,
      workflow,
      signal: unwanted,
      log,
    })
    if (!adopt && record.failures.at(-1)?.cause === 'output_gone')
      await forgetResults(handling, host)
    // also when it is to be stopped already: what another worker began on the host must be stopped, too
    const end = await deps.runPrompt({
      client,
      workflow,
      workflowText: withListedNames(asked.text, workflow, host.state.files.choices),
      ...(targets ? { targets } : {}),
      promptId: promptIdOf(jobId, record.attempt),
      knownPromptId: adopt?.promptId ?? null,
      wasSubmitted,
      prepared,
      // one that was taken back has been there under this very id; so may one of which Redis has forgotten everything
      fresh:
        !adopt && record.takenBack === undefined && deps.isRemembered(writer.snapshot.createdAt),
      heardSuccess: adopt?.heardSuccess ?? false,
      ...(extraData ? { extraData } : {}),
      hearOut: Object.values(workflow).some((node) => sendsPictures(node.class_type)),
      timings: deps.timings.session,
      signal,
      withdrawal: stop.withdrawal,
      onUpdate(update) {
        // first: once it runs, its host is taken to have the models of this workflow
        reporter.onUpdate(update)
        follow.onUpdate(update)
        if (update.type === 'submitted') handling.ticket.place.leave()
        // an old host chose its own id
        if (update.type === 'submitted' && update.promptId !== record.promptId) {
          note({ promptId: update.promptId })
        }
        // should we die before history shows it
        if (update.type === 'unsettled') note({ heardSuccess: true })
      },
    })
    const ended = follow.toEndOfAttempt(end)
    reporter.end(ended)
    const decision = decideAfterEnd(ended, { stop: stop.reason })
    // what is collected is told of as a whole
    if (decision.action !== 'collect') await reporter.flush()
    const settled = await outputs.settle(ended, { decision, tracker: reporter.tracker })
    // where the execution is over, its progress is told with that
    if (settled.action !== 'collect') await reporter.flush()
    return result(settled, 'outputs' in ended ? ended.outputs : [])
  } catch (error) {
    log.warn({ err: error, stop: stop.reason }, 'attempt broke off')
    // a file that it was known to list is gone: the next job must not be sent there for it
    if (error instanceof PromptRejected) host.lookForFiles(unlistedClasses(error.nodeErrors))
    return result(
      decideAfterError(error, { stop: stop.reason, storePauseMs: deps.timings.storePauseMs }),
    )
  } finally {
    // nobody waits for what was not submitted, and will not be
    handling.ticket.place.leave()
    follow.close()
    reporter.close()
    await outputs.close()
  }
}

/** The host has results whose files are gone: it must not answer with them again. Its models go along. */
async function forgetResults({ checkClaim, log }: Handling, host: Host): Promise<void> {
  await checkedHost(host.client, checkClaim)
    .free()
    .catch((error: unknown) => log.warn({ err: error }, 'results not forgotten'))
}

/** Of a picture that is not there it says that a check of its own failed. */
const UNLISTED = new Set(['value_not_in_list', 'custom_validation_failed'])

function unlistedClasses(nodeErrors: NodeErrors): string[] {
  return Object.values(nodeErrors)
    .filter(({ errors }) => errors.some(({ type }) => UNLISTED.has(type)))
    .map(({ class_type: name }) => name)
}

/**
 * Who was frozen wakes to a host on which another worker has brought the prompt to its end, and which knows nothing of it
 * any more, or has not answered for as long as that: neither is the host's fault, nor a failure of the attempt.
 */
export async function unlessLost<D extends JobDecision | CollectDecision>(
  { checkClaim, stop, deps }: Handling,
  decision: D,
): Promise<D | JobDecision> {
  const { action } = decision
  if (action !== 'give_up' && action !== 'fail' && action !== 'cancel') return decision
  try {
    await checkClaim.anew()
    return decision
  } catch (error) {
    return decideAfterError(error, { stop: stop.reason, storePauseMs: deps.timings.storePauseMs })
  }
}

/** What is known of an execution at its end, also of what its messages did not say. */
export function withPartial(
  { tracker, warnings }: Pick<AttemptResult, 'tracker' | 'warnings'>,
  partial: PartialFailure | null,
): Pick<AttemptResult, 'tracker' | 'warnings' | 'partial'> {
  if (!partial) return { tracker, warnings, partial }
  return {
    tracker: foldPartial(tracker, partial),
    warnings: addWarnings(warnings, toPartialWarnings(partial)),
    partial,
  }
}

/** The progress of a workflow of which nothing has run yet. What was skipped in this attempt is on record. */
export async function createTracker(
  { deps, writer }: Handling,
  workflow: Workflow,
  host: Host | null,
): Promise<TrackerState> {
  const { targets } = writer.snapshot.limits
  const outputNodes = targets ?? outputNodesOf(workflow, host?.state.nodeClasses ?? {})
  const learned = await deps.costs.learned()
  const skipped = Object.entries(writer.snapshot.nodes).flatMap(([id, state]) =>
    state === 'skipped' ? [id] : [],
  )
  const options = { workflow, outputNodes, learned, skipped, ...(host && { hostId: host.hostId }) }
  return startProgress(options, deps.clock.steady())
}
