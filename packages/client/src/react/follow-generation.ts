/** From `follow` to a change of state: nothing is told once the component has let go. */
import type { Client } from '../types.ts'
import { type GenerationNews, type GenerationState, reduceGeneration } from './generation-state.ts'
import { rememberLastHeard } from './last-heard.ts'

export interface Following {
  client: Client
  jobId: string
  previews: boolean
  history: boolean
  /** Called with how the state changes. */
  onNews: (change: (state: GenerationState) => GenerationState) => void
}

/** @returns what ends it */
export function followGeneration(following: Following): () => void {
  const { client, jobId, previews, history, onNews } = following
  let isFollowing = true
  const tell = (news: GenerationNews) => {
    if (!isFollowing) return
    onNews((state) => {
      const isOurs = state.client === client && state.jobId === jobId
      return isOurs ? reduceGeneration(state, news) : state
    })
  }
  const stop = client.jobs.follow(jobId, {
    history,
    onUpdate(update) {
      rememberLastHeard(client, update)
      tell({ type: 'update', update, keepsEvents: history })
    },
    ...(previews && { onPreview: (frame) => tell({ type: 'preview', frame }) }),
    onConnection: (connection) => tell({ type: 'connection', connection }),
    onError: (problem) => tell({ type: 'problem', problem }),
  })
  return () => {
    isFollowing = false
    stop()
  }
}
