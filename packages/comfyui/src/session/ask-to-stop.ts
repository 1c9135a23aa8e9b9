/** Asks a host to stop one prompt, wherever it is. One round; the caller repeats it until history answers. */
import type { HostClient } from '../client/types.ts'

export interface AskToStopOptions {
  client: HostClient
  promptId: string
  signal: AbortSignal
}

/**
 * Both, in this order: a prompt that starts between the two is then caught by the interrupt. Neither
 * answer tells whether it did anything, and an interrupt that meets a prompt's first moment is lost.
 */
export async function askToStop(options: AskToStopOptions): Promise<void> {
  await options.client.deletePending(options.promptId, options.signal)
  await interruptOurs(options)
}

/**
 * Interrupts our prompt and nobody else's. Hosts before 0.3.57 ignore which prompt is meant and stop
 * whatever runs, so there the interrupt is only sent right after the queue showed ours running.
 *
 * The race that remains on those hosts: ours may end, and another start, between the look and the
 * interrupt (some milliseconds). Nothing in their protocol closes it.
 */
async function interruptOurs({ client, promptId, signal }: AskToStopOptions): Promise<void> {
  const { targetedInterrupt } = await client.features(signal)
  if (targetedInterrupt) return client.interrupt(promptId, signal)
  const { running } = await client.queue(signal)
  if (running[0]?.promptId === promptId) await client.interruptWhateverRuns(signal)
}
