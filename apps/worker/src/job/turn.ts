/** `Turn`: what a worker holds while a job is in its hands. */
import type { HostClient, RunPrompt } from '@safelight/comfyui'
import type { Clock, Logger } from '@safelight/runtime'
import type { Claim, Deadlines, ExtraDataStore, JobStore, Leftovers } from '@safelight/store'
import type { Fleet } from '../hosts/fleet.ts'
import type { BlobStore } from '../outputs/blob-store.ts'
import type { Place, Room } from '../queue/room.ts'
import type { WorkerTimings } from '../timings.ts'
import type { CostBook } from './cost-book.ts'
import { createGuard, type Guard } from './guard.ts'
import { createJobWriter, type JobWriter } from './job-writer.ts'
import { createPhaseStopwatch, type PhaseStopwatch } from './phase-times.ts'
import type { StopSwitch } from './stop.ts'
import type { UnknownMessages } from './unknown-messages.ts'
import { watchForCancel } from './watch-cancel.ts'

/** What every turn of this worker shares. */
export interface TurnDeps {
  store: JobStore
  fleet: Fleet
  room: Room
  runPrompt: RunPrompt
  /** A way to a host of which only the address is known; gives up soon. */
  connect(baseUrl: string): HostClient
  deadlines: Deadlines
  leftovers: Leftovers
  blobs: BlobStore
  costs: CostBook
  extraData: ExtraDataStore
  unknownMessages: UnknownMessages
  clock: Clock
  log: Logger
  timings: WorkerTimings
  maxAttempts: number
  maxHostLosses: number
  /** How long a job whose host cannot be reached from here waits for a worker that can. */
  adoptWaitMs: number
  maxOutputBytes: number
  retentionMs: number
}

/** What came with the ticket. */
export interface Ticket {
  jobId: string
  place: Place
  stop: StopSwitch
}

export interface Turn {
  readonly deps: TurnDeps
  readonly jobId: string
  readonly fence: number
  readonly writer: JobWriter
  /** Asked before anything only the job's worker may do outside of the store. */
  readonly guard: Guard
  readonly stopwatch: PhaseStopwatch
  readonly stop: StopSwitch
  readonly place: Place
  readonly log: Logger
  close(): void
}

export function createTurn(deps: TurnDeps, claim: Claim, { place, stop }: Ticket): Turn {
  const { store, timings, clock } = deps
  const { fence } = claim
  const { jobId, createdAt } = claim.snapshot
  const onCanceling = () => stop.stop('cancel')
  const writer = createJobWriter({
    store,
    claim,
    onCanceling,
    onLost: () => stop.stop('lock-lost'),
  })
  const onLost = () => writer.lose()
  return {
    deps,
    jobId,
    fence,
    writer,
    guard: createGuard({
      holds: () => store.holds(jobId, fence),
      onLost,
      freshMs: timings.claimFreshMs,
      clock,
    }),
    stopwatch: createPhaseStopwatch(createdAt, clock),
    stop,
    place,
    log: deps.log.child({ jobId }),
    close: watchForCancel({
      store,
      jobId,
      fence,
      onCanceling,
      onLost,
      everyMs: timings.cancelEveryMs,
      clock,
    }),
  }
}
