/** Finds a prompt that an earlier life of this attempt may have submitted. */
import type { HostClient, MarkedPrompt } from '../client/types.ts'
import { readHistory } from '../history/read-history.ts'

/**
 * How far back our mark is looked for on hosts that choose their own ids. Entries carry whole graphs, so the
 * short look comes first; the long one is for a successor that comes after many quick prompts.
 */
const RECENT_ENTRIES = [64, 1024]

export interface FindPromptOptions {
  client: HostClient
  /** Our id; also the clientId, which queue and history show: our mark where the host chose the id. */
  promptId: string
  knownPromptId: string | null
  signal: AbortSignal
}

export interface EarlierPrompt {
  /** The id the host knows the prompt by. */
  promptId: string
  running: boolean
  /** The outputs that the host runs of it; empty when it does not say. */
  outputNodes: string[]
}

/** Queue before history, because prompts move that way. @returns null when it is nowhere */
export async function findPrompt(options: FindPromptOptions): Promise<EarlierPrompt | null> {
  const { client, promptId, knownPromptId, signal } = options
  const isOurs = (item: MarkedPrompt) =>
    item.promptId === promptId || item.promptId === knownPromptId || item.clientId === promptId

  const { running, pending } = await client.queue(signal)
  const executing = running.find(isOurs)
  if (executing) return toEarlier(executing, true)
  const waiting = pending.find(isOurs)
  if (waiting) return toEarlier(waiting, false)

  const ids = knownPromptId === null ? [promptId] : [promptId, knownPromptId]
  for (const id of new Set(ids)) {
    const ended = await readHistory(client, id, signal)
    // whatever it says of it, it had it
    if (ended === 'unreadable') return { promptId: id, running: false, outputNodes: [] }
    if (ended) return toEarlier(ended, false)
  }

  const { callerPromptId } = await client.features(signal)
  if (callerPromptId) return null
  for (const count of RECENT_ENTRIES) {
    const entries = await client.recentHistory(count, signal)
    const marked = entries.find(isOurs)
    if (marked) return toEarlier(marked, false)
    if (entries.length < count) break
  }
  return null
}

function toEarlier({ promptId, outputNodes }: MarkedPrompt, running: boolean): EarlierPrompt {
  return { promptId, outputNodes, running }
}
