/** `Turn`: what a worker holds while a job is in its hands. */
import type { RunPrompt, SessionTimings } from '@safelight/comfyui'
import type { Claim, ExtraDataStore, JobStore, Logger } from '@safelight/shared/server'
import type { Fleet } from '../hosts/fleet.ts'
import type { BlobStore } from '../outputs/blob-store.ts'
import type { Place, Room } from '../queue/room.ts'
import type { Clock } from './clock.ts'
import type { CostBook } from './cost-book.ts'
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
  blobs: BlobStore
  costs: CostBook
  extraData: ExtraDataStore
  unknownMessages: UnknownMessages
  clock: Clock
  log: Logger
  stallMs: number
  /** Where the prompt session differs from its defaults. */
  timings: Partial<SessionTimings>
  maxAttempts: number
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
  readonly stopwatch: PhaseStopwatch
  readonly stop: StopSwitch
  readonly place: Place
  readonly log: Logger
  close(): void
}

export function createTurn(deps: TurnDeps, claim: Claim, { place, stop }: Ticket): Turn {
  const { store } = deps
  const { jobId, createdAt } = claim.snapshot
  const onCanceling = () => stop.stop('cancel')
  return {
    deps,
    jobId,
    fence: claim.fence,
    writer: createJobWriter({ store, claim, onCanceling, onLost: () => stop.stop('lock-lost') }),
    stopwatch: createPhaseStopwatch(createdAt, deps.clock),
    stop,
    place,
    log: deps.log.child({ jobId }),
    close: watchForCancel({ store, jobId, onCanceling }),
  }
}
