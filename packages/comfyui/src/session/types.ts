/** `runPrompt`: one execution of a workflow on one host, from submit (or adoption) to an end decided by history. */
import type { Workflow } from '@safelight/shared'
import type { FileItem, HostClient, NodeErrors, PartialFailure, TextItem } from '../client/types.ts'
import type { HostMessage, NodeFailure } from '../protocol/host-message.ts'
import type { SessionClock } from './clock.ts'
import type { SessionTimings } from './timings.ts'

export interface PromptOptions {
  client: HostClient
  /** To know its nodes by. */
  workflow: Workflow
  /** What is posted: the workflow as it was sent, to the last digit. Written from `workflow` unless given. */
  workflowText?: string
  /** Ids of output nodes: only these, and what they need, are to run. Absent: all there are. */
  targets?: readonly string[]
  /** Canonical lowercase UUID, one per attempt; also the socket's clientId. */
  promptId: string
  /** The id the host chose in an earlier life of this attempt (hosts before 0.3.45), if known. */
  knownPromptId?: string | null
  /** An earlier life of this attempt saw it on the host: it is only submitted again when several looks find it nowhere. */
  wasSubmitted?: boolean
  /**
   * No earlier life of this attempt can have submitted it: whoever submits notes that first, where its successor looks.
   * Then the host is not asked for it before the POST.
   */
  fresh?: boolean
  /** An earlier life of this attempt heard it succeed, and history did not show it yet: it must not be submitted again. */
  heardSuccess?: boolean
  /**
   * Whether anybody looks at what is being made, asked of every such picture; absent: yes. One for nobody is not even
   * read. Pictures that are nowhere else (`hearOut`) always are.
   */
  previews?: () => boolean
  /** What it sends over the socket is wanted to the last message: pictures that are nowhere else. */
  hearOut?: boolean
  extraData?: Record<string, unknown>
  /**
   * What comes before anything is asked of the host, done while the socket opens: whether there is to be a prompt. With
   * false the session ends as `withdrawn`; what it throws ends it, too.
   */
  prepared?: Promise<boolean>
  /** Durations that differ from the defaults in timings.ts. */
  timings?: Partial<SessionTimings>
  /** A steady one unless given. */
  clock?: SessionClock
  /** Abort reason `'cancel'` or `'timeout'`: cancel on the host and end `canceled`. Any other reason: leave the prompt running and end `detached`. */
  signal: AbortSignal
  /**
   * Aborted: the prompt is wanted elsewhere. While it only waits on the host it is deleted there, and ends `withdrawn`;
   * one that has begun goes on, and nothing of it is touched.
   */
  withdrawal?: AbortSignal
  onUpdate(update: PromptUpdate): void
}

export type PromptUpdate =
  /** The host has the prompt, or what it took of it. `outputNodes` are those it runs; empty when unknown. */
  | {
      type: 'submitted'
      promptId: string
      adopted: boolean
      outputNodes: string[]
      nodeErrors: NodeErrors
    }
  | { type: 'socket'; open: boolean }
  /** Only messages that belong to this prompt (previews and text attributed to it). */
  | { type: 'message'; message: HostMessage }
  /** A look found the prompt running; once. Messages may have shown that before, or may never come. */
  | { type: 'running' }
  /** Whether the host's messages of this prompt arrive; each time that it turns out otherwise than before. */
  | { type: 'deaf'; deaf: boolean }
  /** It was heard to succeed, and history does not show it yet; once. */
  | { type: 'unsettled' }
  /** A frame that could not be understood, whoever it was for. `name` is its type on the wire. */
  | { type: 'unknown'; name: string }

/** What history lists of it, also when it did not come to its end. */
export interface PromptMade {
  outputs: FileItem[]
  /** Unset: none. */
  texts?: TextItem[]
}

export type PromptEnd =
  /** `partial`: nodes failed, and the host went on without them. */
  | ({ outcome: 'succeeded'; promptId: string; partial?: PartialFailure } & PromptMade)
  | ({ outcome: 'failed'; promptId: string; failure: NodeFailure } & PromptMade)
  | ({ outcome: 'canceled'; promptId: string | null } & PromptMade)
  /** In neither queue nor history, twice: the host restarted, or somebody deleted it. */
  | { outcome: 'lost'; promptId: string }
  /** Taken back before it began, or before there was one; in neither queue nor history, twice: it may be submitted anew. */
  | { outcome: 'withdrawn'; promptId: string | null }
  /** It was heard to succeed, and for `settleMs` history did not show it, or not its outputs. It must not run again. */
  | { outcome: 'vanished'; promptId: string }
  /** It has ended, and for `settleMs` nobody could read what history says of it. It must not run again. */
  | { outcome: 'unreadable'; promptId: string }
  /**
   * No movement for `stallMs`; `interrupted` says whether the host confirmed that it stopped. With `false` also
   * the end of a cancel that the host did not obey in time: the prompt may still run there. `neverRan`: it was
   * the next in line, nothing ran, and the host did not begin it.
   */
  | { outcome: 'stalled'; promptId: string; interrupted: boolean; neverRan?: true }
  | { outcome: 'detached'; promptId: string | null }

/**
 * Throws `PromptRejected` (the host refused the graph) or `HostError`: it could not be reached before anything ran,
 * or (`unreachable`) gave no answer for a minute while it had the prompt, which may still run there.
 */
export type RunPrompt = (options: PromptOptions) => Promise<PromptEnd>
