/** The questions a host is asked again and again: is it there, what can it run, what does it hold. */
import {
  type FileChoices,
  type HostClient,
  HostError,
  type NodeClasses,
  type SystemStats,
} from '@safelight/comfyui'
import type { Absence } from './condition.ts'

export interface HostKnowledge {
  version: string | null
  nodeClasses: NodeClasses
  devices: SystemStats['devices']
  /** Prompts in its queue, whoever's; null when it does not say. */
  queueDepth: number | null
}

export interface ProbeAnswer extends HostKnowledge {
  /** Ids of the prompts that run, if that was asked. */
  running: string[] | null
  /** Files that it lists, if it was asked for its classes. */
  files: FileChoices | null
}

export interface ProbeQuestions {
  known: HostKnowledge
  /** What is known of its classes is old, or of an earlier life. */
  askClasses: boolean
  /** Whole graphs come with the answer: only asked when it matters what runs. */
  askRunning: boolean
  signal: AbortSignal
}

export const NOTHING_KNOWN: HostKnowledge = {
  version: null,
  nodeClasses: {},
  devices: [],
  queueDepth: null,
}

/** @throws HostError */
export async function probeHost(
  client: HostClient,
  questions: ProbeQuestions,
): Promise<ProbeAnswer> {
  const { known, signal } = questions
  const { version, devices } = await client.systemStats(signal)
  const askClasses = questions.askClasses || version !== known.version
  const info = askClasses ? await client.objectInfo(signal) : null
  const nodeClasses = info?.classes ?? known.nodeClasses
  const seen = { version, devices, nodeClasses, files: info?.files ?? null }
  if (questions.askRunning) {
    const { running, pending } = await client.queue(signal)
    const queueDepth = running.length + pending.length
    return { ...seen, queueDepth, running: running.map(({ promptId }) => promptId) }
  }
  return { ...seen, queueDepth: await readDepth(client, signal), running: null }
}

/** A server that answers everything but this can still run prompts. */
async function readDepth(client: HostClient, signal: AbortSignal): Promise<number | null> {
  try {
    return await client.queueDepth(signal)
  } catch (error) {
    const code = error instanceof HostError ? error.code : null
    if (code === 'bad_answer' || code === 'bad_status') return null
    throw error
  }
}

export function toAbsence(error: unknown): Exclude<Absence, 'resting'> {
  if (!(error instanceof HostError)) return 'bad_answer'
  if (error.code === 'timeout') return 'not_answering'
  const { code } = error
  return code === 'unreachable' || code === 'unauthorized' ? code : 'bad_answer'
}
