/** What a watch has told so far of one job: a pure fold of what `follow` calls back with. */
import { assertNever, type JobEventView, type PreviewFrame } from '@safelight/shared'
import type { Client, Connection, JobUpdate } from '../types.ts'
import { appendEvent } from './event-log.ts'
import { recallLastHeard } from './last-heard.ts'

export interface GenerationState {
  /** Whose state this is: news of another job, or by another client, does not belong here. */
  readonly client: Client
  readonly jobId: string | null
  readonly update: JobUpdate | null
  readonly connection: Connection
  readonly frame: PreviewFrame | null
  readonly events: readonly JobEventView[]
  readonly problem: Error | null
}

export type GenerationNews =
  | { type: 'update'; update: JobUpdate; keepsEvents: boolean }
  | { type: 'connection'; connection: Connection }
  | { type: 'preview'; frame: PreviewFrame }
  | { type: 'problem'; problem: Error }

/** Begins with what was last heard of the job, if this page has shown it before. */
export function startGeneration(client: Client, jobId: string | null): GenerationState {
  return {
    client,
    jobId,
    update: jobId === null ? null : recallLastHeard(client, jobId),
    connection: 'connecting',
    frame: null,
    events: [],
    problem: null,
  }
}

export function reduceGeneration(state: GenerationState, news: GenerationNews): GenerationState {
  switch (news.type) {
    case 'update':
      return foldUpdate(state, news.update, news.keepsEvents)
    case 'connection':
      return { ...state, connection: news.connection }
    case 'preview':
      return { ...state, frame: news.frame }
    case 'problem':
      return { ...state, problem: news.problem }
    default:
      return assertNever(news)
  }
}

function foldUpdate(
  state: GenerationState,
  update: JobUpdate,
  keepsEvents: boolean,
): GenerationState {
  const { event, connection } = update
  return {
    ...state,
    update,
    connection,
    events: keepsEvents && event ? appendEvent(state.events, event) : state.events,
  }
}
