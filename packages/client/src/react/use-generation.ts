/** `useGeneration`: one job, watched for as long as the component is there. */
import type {
  JobError,
  JobEventView,
  JobStatus,
  OutputView,
  PreviewFrame,
  Progress,
  SnapshotView,
} from '@safelight/shared'
import { useEffect, useMemo, useState } from 'react'
import type { Client, Connection, JobUpdate } from '../types.ts'
import { useClient } from './context.ts'
import {
  type GenerationAction,
  type GenerationState,
  reduceGeneration,
  startGeneration,
} from './generation-state.ts'
import { rememberUpdate } from './last-updates.ts'
import { useCancel } from './use-cancel.ts'
import { useObjectUrl } from './use-object-url.ts'

export interface GenerationOptions {
  /** Also pictures in the making; true unless said otherwise. */
  previews?: boolean
  /** Also the events so far, in `events`. */
  history?: boolean
}

export interface Generation {
  /** Null while there is no job. */
  jobId: string | null
  /** Null until something is known; what was known before is there in the first render. */
  update: JobUpdate | null
  snapshot: SnapshotView | null
  status: JobStatus | null
  progress: Progress | null
  /** 0 to 1. Never falls, not even when the component comes back later. */
  value: number
  outputs: readonly OutputView[]
  /** Why the job failed. */
  error: JobError | null
  /** Jobs ahead in its pool while queued: 0 is next. */
  queuePosition: number | null
  /** Expected ms until the end while queued; null when nobody can say. */
  etaMs: number | null
  connection: Connection
  /** The newest picture in the making; the last one stays. Its address is good until there is another. */
  preview: { url: string; nodeId: string | null } | null
  /** In order; only with `history`. Of very many, the oldest `progress` events are dropped. */
  events: readonly JobEventView[]
  /** The watch cannot go on: no such job, no access. */
  problem: Error | null
  /** Asks for the end. @throws RequestError when it cannot be asked for */
  cancel: () => Promise<void>
  /** From the call of `cancel` until the job has ended. */
  isCanceling: boolean
}

const NO_OUTPUTS: readonly OutputView[] = []

/** @param jobId null while there is none; another one is watched from the same render on */
export function useGeneration(
  jobId: string | null,
  { previews = true, history = false }: GenerationOptions = {},
): Generation {
  const client = useClient()
  const [held, setHeld] = useState<GenerationState>(() => startGeneration(client, jobId))
  const isHeld = held.client === client && held.jobId === jobId
  // not an effect: the old job must not be seen for a moment under the new one's name
  const state = isHeld ? held : startGeneration(client, jobId)
  if (!isHeld) setHeld(state)

  useEffect(() => {
    if (jobId === null) return undefined
    return subscribeGeneration({ client, jobId, previews, history, onChange: setHeld })
  }, [client, jobId, previews, history])

  const { update, frame } = state
  const source = useMemo(() => frame && toSource(frame), [frame])
  const picture = useObjectUrl(source)
  const snapshot = update?.snapshot ?? null
  return {
    jobId,
    update,
    snapshot,
    status: snapshot?.status ?? null,
    progress: snapshot?.progress ?? null,
    value: snapshot?.progress?.value ?? 0,
    outputs: snapshot?.outputs ?? NO_OUTPUTS,
    error: snapshot?.error ?? null,
    queuePosition: update?.queuePosition ?? null,
    etaMs: update?.etaMs ?? null,
    connection: state.connection,
    preview:
      frame && picture?.jobId === jobId ? { url: picture.url, nodeId: picture.nodeId } : null,
    events: state.events,
    problem: state.problem,
    ...useCancel(client, { jobId, status: snapshot?.status ?? null }),
  }
}

function toSource({ jobId, nodeId, contentType, data }: PreviewFrame) {
  // a copy: a Blob takes no view of shared memory, and the types cannot tell
  return { jobId, nodeId, blob: new Blob([new Uint8Array(data)], { type: contentType }) }
}

interface Subscription {
  client: Client
  jobId: string
  previews: boolean
  history: boolean
  /** Called with how the state changes. */
  onChange: (change: (state: GenerationState) => GenerationState) => void
}

/** Nothing changes once the component has let go. @returns what ends it */
function subscribeGeneration(subscription: Subscription): () => void {
  const { client, jobId, previews, history, onChange } = subscription
  let isSubscribed = true
  const dispatch = (action: GenerationAction) => {
    if (!isSubscribed) return
    onChange((state) => {
      const isOurs = state.client === client && state.jobId === jobId
      return isOurs ? reduceGeneration(state, action) : state
    })
  }
  const stop = client.jobs.subscribe(jobId, {
    history,
    onUpdate(update) {
      rememberUpdate(client, update)
      dispatch({ type: 'update', update, keepsEvents: history })
    },
    ...(previews && { onPreview: (frame) => dispatch({ type: 'preview', frame }) }),
    onConnection: (connection) => dispatch({ type: 'connection', connection }),
    onError: (problem) => dispatch({ type: 'problem', problem }),
  })
  return () => {
    isSubscribed = false
    stop()
  }
}
