/**
 * What happens in a worker and in an API, by name: what metrics, traces and log lines are made from.
 * Not to be taken for job events, which watchers get. Names and fields stay; later versions add some.
 *
 * No body holds anything a user has sent but ids: no workflow, no prompt text, no token, no path.
 * Times are in ms, and points in time on Redis' clock. `hostId`, `pool`, codes, causes and states come from closed or configured lists.
 */

/** In every process. */
export interface CommonEvents {
  /** A client lost its connection to Redis, or never had one; `denied`: it is not let in. Told once for each cause. `error` is undefined when it was just closed. */
  'redis:away': { role: string; error: unknown; why: string }
  /** It has one again. */
  'redis:back': { role: string; awayMs: number }
  /** A command that Redis refused, or did not answer in time, or a connection that it did not accept; `other`: for no reason that passes. `reply`: the code of its answer, null when there was none. */
  'redis:failed': { role: string; why: string; reply: string | null }
  /** An event of a job was written (or several in one step). */
  'event:appended': { jobId: string; types: readonly string[]; ms: number }
  /** A job reached its end, told by whoever wrote it. `code` is that of its error. */
  'job:ended': {
    jobId: string
    /** Its status before. */
    was: string
    status: string
    attempt: number
    acceptedAt: number
    /** As its record keeps it: see trace-context.ts. Null when it belongs to none. */
    trace: string | null
    code: string | null
    /** Spent in each phase; null for one that it never entered. */
    times: {
      queue: number | null
      prepare: number | null
      execute: number | null
      collect: number | null
    }
  }
  /** A sweep found records and queues in disagreement, and mended it. */
  'reconciler:found': { tickets: number; undriven: number; strays: number }
  /** A sweep of what is kept for a time only has gone through; mostly it found nothing to remove. */
  'housekeeping:swept': {
    kind:
      | 'jobs'
      | 'dead_letters'
      | 'assets'
      | 'unneeded_bytes'
      | 'writes'
      | 'broken_parts'
      | 'staged_inputs'
      | 'pools'
    removed: number
  }
  /** A listener threw when it heard of the event of that name. */
  'listener:failed': { event: string; error: unknown }
}

export interface WorkerEvents extends CommonEvents {
  /** It takes jobs from now on. */
  'worker:started': { workerId: string; hostIds: readonly string[] }
  /** It takes none any more, and lets what runs finish for so long. */
  'worker:draining': { drainMs: number }
  /** That time is over: what is still in hand goes back. */
  'worker:handing-back': { jobs: number }
  /** A job got a slot of a host, `ms` after that was asked for. */
  'job:dispatched': {
    jobId: string
    hostId: string
    pool: string
    ms: number
    /** Jobs before it in line, while it found its models in place. */
    overtaken: number
    /** Whether the models it names are in the host's memory; `none` for a job that names none. */
    models: 'in_place' | 'to_load' | 'none'
  }
  /** Its ticket came, and what is to be done: `begin`, `adopt`, `collect`, `confirm_cancel`, … */
  'job:claimed': {
    jobId: string
    hostId: string
    plan: string
    token: number
    acceptedAt: number
    /** Since when it was in line last, or is still. */
    waitsSince: number
    trace: string | null
    /** The attempt that somebody has begun and nobody has ended; `startedAt` is when it began at the earliest. */
    underWay: { attempt: number; startedAt: number } | null
  }
  /** Nothing is done for it here any more, under the claim with this token. Whatever came of it was told before. */
  'job:put-down': { jobId: string; token: number }
  /** Its prompt had not begun, and is gone from the host: the job waits in its old place again. */
  'job:taken-back': { jobId: string; hostId: string; takenBack: number }
  /** It left our hands as it was: for whoever takes its ticket next, or, not begun, to its old place in line. */
  'job:handed-back': {
    jobId: string
    hostId: string
    why:
      | 'store'
      | 'newer_record'
      | 'shutdown'
      | 'host_left'
      | 'host_unfit'
      | 'withdrawn'
      | 'suspect'
    /** What was thrown, if something was. */
    error: unknown
    /** With `newer_record`: since when nobody could read it. */
    unreadMs: number | null
  }
  /** Its host cannot be reached, and its prompt may be there. */
  'job:waits-for-host': { jobId: string; hostId: string }
  /** Something nobody foresaw was thrown while it was in hand. */
  'job:mishap': { jobId: string; error: unknown; mishaps: number }
  /** The lock of its ticket ran out in another worker's hand. */
  'job:lost-its-worker': { jobId: string; hostId: string; stage: string; ticket: string }
  /** An attempt is on record, and goes to its host now. Not told again by who takes it over. */
  'attempt:started': { jobId: string; hostId: string; attempt: number; promptId: string }
  /** The prompt was found where it had been left, mostly by another worker. */
  'attempt:adopted': PromptOnHost
  /** The host has its prompt. */
  'attempt:submitted': PromptOnHost
  /** `preparing` and `collecting` are on record; of the others the host has told just now. */
  'attempt:phase': {
    jobId: string
    attempt: number
    phase: 'preparing' | 'submitted' | 'executing' | 'collecting'
  }
  /** It failed for a reason that another attempt may not meet. */
  'attempt:failed': {
    jobId: string
    hostId: string
    attempt: number
    cause: string
    /** Whether there will be another one, and after how long. */
    retry: 'retry' | 'fail'
    delayMs: number | null
    /** It was all that the job was allowed, and somebody should look. */
    deadLetter: boolean
  }
  /** The last of an attempt on its host, whatever came of it: `collect`, `give_up`, `cancel`, … */
  'attempt:ended': { jobId: string; hostId: string; attempt: number; outcome: string }
  /** A node of the workflow runs. */
  'node:started': { jobId: string; attempt: number; nodeId: string; nodeClass: string | null }
  /** A node is over, or was found in the cache of the host. Not told of one that runs while its prompt breaks off. */
  'node:ended': {
    jobId: string
    attempt: number
    nodeId: string
    nodeClass: string | null
    state: 'done' | 'cached' | 'failed'
  }
  /** Progress that was told together with what came after it; of an attempt as a whole, when it is over. */
  'progress:coalesced': { jobId: string; count: number }
  /** Its bytes are stored, and it is an asset. `ms` from the first byte asked for. */
  'output:stored': { jobId: string; bytes: number; ms: number }
  /** A prompt that nobody followed was dealt with, or could not be. */
  'orphan:ended': {
    hostId: string
    promptId: string
    /** How its prompt ended; `out_of_reach` when the host could not be asked. */
    end: string
    /** The job that waited for it; null when that has moved on. */
    jobId: string | null
    error: unknown
  }
  /** A host has come with the list, and is used. */
  'host:listed': { hostId: string; slots: number; labels: readonly string[] }
  /** The list says something else of it than before. */
  'host:listed-otherwise': {
    hostId: string
    slots: number
    labels: readonly string[]
    newCredentials: boolean
  }
  /** It is on the list no more, and gets nothing new. */
  'host:delisted': { hostId: string; busy: boolean }
  /** It is off the list, and no job of ours needs it any more. */
  'host:left': { hostId: string }
  /** A host is in another state; `reason` is the code of why. */
  'host:condition': {
    hostId: string
    from: string
    to: string
    reason: string
    /** Of ComfyUI, when it is known. */
    version: string | null
    /** What brought it about, where that was a job. */
    jobId?: string
    promptId?: string
    cause?: string
    /** It is left alone for so long. */
    backOffMs?: number
  }
  /** Models came into its memory for a job. */
  'host:loads': { hostId: string; models: number }
  /** A message of a host that nobody understands. `isFirst` of its type here. */
  'message:unknown': { type: string; isFirst: boolean }
}

interface PromptOnHost {
  jobId: string
  hostId: string
  attempt: number
  promptId: string
  /** Steps of all its nodes that count them, as far as that is known. */
  totalSteps: number
  /** Of the job. */
  status: string
}
