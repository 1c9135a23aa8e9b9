/** What happens in an API, beside what happens in every process: see process-events.ts, whose rules hold here. */
import type { CommonEvents } from './process-events.ts'

export type Transport = 'socket' | 'sse' | 'wait'

export interface ApiEvents extends CommonEvents {
  /** It takes requests. `protected`: only with a token. */
  'api:started': { url: string; protected: boolean }
  /** It says at `/readyz` that it is not ready, and goes on serving for so long. */
  'api:draining': { delayMs: number }
  /** A job is on record, and waits. */
  'job:accepted': {
    jobId: string
    owner: string
    pool: string | null
    /** Of its workflow; null for a dead letter, whose workflow nobody reads again. */
    nodes: number | null
    priority: number
    /** A dead letter, run again. */
    replayed: boolean
    trace: string | null
  }
  /** A request was repeated under its idempotency key, and got the job that is there. */
  'job:repeated': { jobId: string }
  /** A submission was answered with an error. `noSuchPool`: the label that it asked for, when no host has it. */
  'job:refused': { code: string; noSuchPool: string | null }
  /** Its cancel was asked for, the first time. `was`: its status. */
  'job:cancel-asked': { jobId: string; was: string }
  /** `route` is its pattern; null where none answered. `isHeld`: an event stream, or held until a job ended. */
  'request:answered': {
    method: string
    route: string | null
    status: number
    ms: number
    isHeld: boolean
  }
  /** A client watches a job from now on. `resumed`: it went on where it had been. */
  'watch:opened': { transport: Transport; resumed: boolean }
  /** Whoever ended it. */
  'watch:closed': { transport: Transport }
  /** By the code of the answer, and its HTTP status. */
  'watch:refused': { transport: Transport; code: string; status: number }
  /** What a watcher held could not be continued: it got a snapshot anew. */
  'watch:resynced': { transport: Transport }
  /** What all watchers of a kind were handed since it was told last; previews are in the bytes only. */
  'watch:delivered': { transport: Transport; events: number; bytes: number }
  /** What slow watchers of a kind were spared since it was told last. */
  'watch:dropped': { transport: Transport; events: number }
  /** Or that its drain be lifted. */
  'host:drain-asked': { hostId: string; drain: boolean; reason: string | null }
  /** A dead letter runs again, as the new job `jobId`. */
  'letter:replayed': { jobId: string; replayOf: string }
  /** It was taken off the list. */
  'letter:discarded': { jobId: string }
  /** It had ended, and was deleted before its time, with so many outputs; `kept` are those that something else needs. */
  'job:deleted': { jobId: string; outputs: number; kept: number }
  /** The same of all that one request meant: jobs, and their outputs. `bytes` are those that nothing refers to any more. */
  'jobs:purged': { jobs: number; outputs: number; kept: number; bytes: number }
  /** What a round took away because nobody needs it: assets, writes of dead processes, blobs, parts of broken writes. */
  'janitor:cleaned': { expired: number; givenUp: number; removed: number; swept: number }
}
