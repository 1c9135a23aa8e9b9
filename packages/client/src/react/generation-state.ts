/** What is known so far of one job: a pure fold of what `subscribe` calls back with. */
import { assertNever, type JobEventView, type PreviewFrame } from '@safelight/shared'
import type { Client, Connection, JobUpdate } from '../types.ts'
import { recallUpdate } from './last-updates.ts'

export interface GenerationState {
  /** Whose state this is: an action of another job, or by another client, does not belong here. */
  readonly client: Client
  readonly jobId: string | null
  readonly update: JobUpdate | null
  readonly connection: Connection
  readonly frame: PreviewFrame | null
  readonly events: readonly JobEventView[]
  readonly problem: Error | null
}

export type GenerationAction =
  | { type: 'update'; update: JobUpdate; keepsEvents: boolean }
  | { type: 'connection'; connection: Connection }
  | { type: 'preview'; frame: PreviewFrame }
  | { type: 'problem'; problem: Error }

/** Begins with the last update of the job, if this page has shown it before. */
export function startGeneration(client: Client, jobId: string | null): GenerationState {
  return {
    client,
    jobId,
    update: jobId === null ? null : recallUpdate(client, jobId),
    connection: 'connecting',
    frame: null,
    events: [],
    problem: null,
  }
}

export function reduceGeneration(
  state: GenerationState,
  action: GenerationAction,
): GenerationState {
  switch (action.type) {
    case 'update':
      return foldUpdate(state, action.update, action.keepsEvents)
    case 'connection':
      return { ...state, connection: action.connection }
    case 'preview':
      return { ...state, frame: action.frame }
    case 'problem':
      return { ...state, problem: action.problem }
    default:
      return assertNever(action)
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

/** A job of an hour ticks more often than anybody reads. */
export const EVENTS_AT_MOST = 2_000

/**
 * Appends. Given again, an event changes nothing; of another history (the server lost the first), it
 * takes the place of what it contradicts.
 */
export function appendEvent(events: readonly JobEventView[], event: JobEventView): JobEventView[] {
  const last = events.at(-1)
  if (!last || event.seq > last.seq) return bound([...events, event])
  const at = events.findIndex(({ seq }) => seq >= event.seq)
  if (events[at]?.stamp === event.stamp) return [...events]
  return [...events.slice(0, at), event]
}

/** Progress goes first, oldest first: what happened to the job outlasts how far it was. */
function bound(events: JobEventView[]): JobEventView[] {
  if (events.length <= EVENTS_AT_MOST) return events
  const progress = events.findIndex(({ type }) => type === 'progress')
  return events.toSpliced(Math.max(0, progress), 1)
}
