/** `Handling`: what a worker holds from the claim of a job until its ticket leaves our hands. */
import type { BlobStore } from '@safelight/assets'
import type { HostClient, RunPrompt } from '@safelight/comfyui'
import {
  type Clock,
  type Emit,
  type Logger,
  parseStoredTrace,
  systemClock,
  type WorkerEvents,
} from '@safelight/runtime'
import type { ExtraData } from '@safelight/shared'
import type {
  AppendedWith,
  AssetStore,
  AttemptRecord,
  Backlog,
  Claim,
  Deadlines,
  Decide,
  DeferredWatch,
  HostRegistry,
  IsRemembered,
  JobStore,
  MadeOutputs,
  OpenExtraData,
  Orphans,
  TicketPlace,
  Tickets,
} from '@safelight/store'
import type { EndedPrompts } from '../hosts/ended-prompts.ts'
import type { Fleet } from '../hosts/fleet.ts'
import type { HandlingLimits } from '../limits.ts'
import type { Lines } from '../lines.ts'
import type { Staging } from '../inputs/stage-inputs.ts'
import type { SlotHolders } from '../hosts/slot-holders.ts'
import type { WorkerTimings } from '../timings.ts'
import { type Asked, toAsked } from './asked.ts'
import { type ClaimCheck, createClaimCheck } from './claim-check.ts'
import type { CostBook } from './cost-book.ts'
import { createJobWriter, type JobWriter } from './job-writer.ts'
import { createPhaseStopwatch, type PhaseStopwatch } from './phase-times.ts'
import type { StopSwitch } from './stop.ts'
import type { SubmitPlace } from './submit-order.ts'
import type { Suspects } from './suspects.ts'
import type { UnknownMessages } from './unknown-messages.ts'
import { watchForCancel } from './watch-cancel.ts'

/** What every handling of this worker shares. */
export interface HandlingDeps {
  store: JobStore
  isRemembered: IsRemembered
  backlog: Backlog
  tickets: Tickets
  slotHolders: Pick<SlotHolders, 'hold'>
  /** Of jobs whose outputs are fetched, by hostId. */
  carrying: Lines
  /** Jobs that wait a while before they may begin again. */
  deferred: Pick<DeferredWatch, 'note'>
  /** All that any worker drives. */
  hosts: Pick<HostRegistry, 'list'>
  fleet: Fleet
  endedPrompts: Pick<EndedPrompts, 'add'>
  runPrompt: RunPrompt
  /** A way to a host that need not be of this fleet, if its address is known; gives up soon. */
  connect(hostId: string, hostUrl: string | null): HostClient | null
  deadlines: Deadlines
  orphans: Orphans
  blobs: BlobStore
  assets: AssetStore
  /** Files for hosts. */
  staging: Staging
  made: MadeOutputs
  costs: CostBook
  openExtraData: OpenExtraData
  unknownMessages: UnknownMessages
  suspects: Suspects
  clock: Clock
  emit: Emit<WorkerEvents>
  log: Logger
  timings: WorkerTimings
  limits: HandlingLimits
  /** How long a job whose host cannot be reached waits for it. */
  adoptWaitMs: number
  retentionMs: number
}

/** What came with the ticket: a job, and what is to be done for it on which host. */
export interface JobTicket extends TicketPlace {
  jobId: string
  stop: StopSwitch
  /** Among the jobs that are to be submitted to the host. */
  place: SubmitPlace
  /** Its slot of the host is another job's, though its ticket is still ours. */
  onSlotFree(): void
}

export interface Handling {
  readonly deps: HandlingDeps
  readonly jobId: string
  /** The fencing token of our claim. */
  readonly token: number
  readonly writer: JobWriter
  /** Null when its record has lost it. */
  readonly asked: Asked | null
  /** For the host, when it is submitted; null when there is none. @throws SecretsLocked */
  extraData(): ExtraData | null
  /** Asked before anything only the job's worker may do outside of the store. */
  readonly checkClaim: ClaimCheck
  readonly stopwatch: PhaseStopwatch
  readonly ticket: JobTicket
  readonly stop: StopSwitch
  readonly log: Logger
  /** What is noted of the last attempt, by us or before us. */
  readonly lastAttempt: AttemptRecord | null
  /** Notes where the job is, for a successor. The note of a newer claim stays. */
  saveAttempt(record: AttemptRecord): Promise<void>
  /** The same in one step with what there is to tell. @returns false when that is nothing: then nothing is noted, either */
  appendNoted(decide: Decide, also: AppendedWith): Promise<boolean>
  close(): void
}

export function openHandling(deps: HandlingDeps, claim: Claim, ticket: JobTicket): Handling {
  const { store, timings, clock } = deps
  const { stop } = ticket
  const { token, workflowText, sealedExtraData: sealed } = claim
  const { jobId } = claim.snapshot
  const onCanceling = () => stop.stop('cancel')
  const writer = createJobWriter({
    store: {
      async append(...asked) {
        const askedAt = checkClaim.now()
        const result = await store.append(...asked)
        if (result.outcome === 'appended') checkClaim.confirm(askedAt)
        return result
      },
    },
    claim,
    onCanceling,
    onClaimLost: () => stop.stop('claim-lost'),
    clock,
  })
  const onClaimLost = () => writer.loseClaim()
  const checkClaim = createClaimCheck({
    holdsClaim: () => store.holdsClaim(jobId, token),
    onClaimLost,
    // its lock was good for half of its time then, at least
    freshMs: Math.min(timings.claimFreshMs, timings.lockMs / 4),
    // not Redis' time, which goes by the stopwatch in between
    clock: { steady: clock.steady, now: systemClock.now },
  })
  let { lastAttempt } = claim
  const traceId = parseStoredTrace(claim.trace)?.traceId
  return {
    deps,
    jobId,
    token,
    writer,
    asked: workflowText === null ? null : toAsked(workflowText),
    extraData: () => (sealed === null ? null : deps.openExtraData(jobId, sealed)),
    checkClaim,
    stopwatch: createPhaseStopwatch(claim.snapshot, clock),
    ticket,
    stop,
    log: deps.log.child({ jobId, ...(traceId !== undefined && { trace_id: traceId }) }),
    get lastAttempt() {
      return lastAttempt
    },
    async saveAttempt(record) {
      lastAttempt = record
      const askedAt = checkClaim.now()
      if ((await store.saveAttempt(jobId, token, record)) === 'saved') checkClaim.confirm(askedAt)
      else onClaimLost()
    },
    async appendNoted(decide, also) {
      const written = await writer.append(decide, also)
      if (written) lastAttempt = also.attempt
      return written
    },
    close: watchForCancel({
      store,
      jobId,
      token,
      onCanceling,
      onClaimLost,
      everyMs: timings.cancelEveryMs,
      clock,
    }),
  }
}
