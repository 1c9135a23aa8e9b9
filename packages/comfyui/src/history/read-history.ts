/** The history of one prompt, when it cannot be read: whose fault is it? */
import type { HistoryEntry, HostClient } from '../client/types.ts'
import { HostError } from '../errors.ts'

/** Nobody's prompt: a host that can read any history at all answers that it has none. */
const NOBODYS = '00000000-0000-4000-8000-000000000000'

/**
 * @returns `unreadable` when the host answers for other prompts, and only of this one what nobody can read
 * @throws HostError when it is the host
 */
export async function readHistory(
  client: Pick<HostClient, 'history'>,
  promptId: string,
  signal: AbortSignal,
): Promise<HistoryEntry | 'unreadable' | null> {
  try {
    return await client.history(promptId, signal)
  } catch (error) {
    if (!(error instanceof HostError) || !isAnswer(error)) throw error
    await client.history(NOBODYS, signal)
    return 'unreadable'
  }
}

/** Hosts answer 500 when they cannot write down themselves what a node returned. */
function isAnswer({ code }: HostError): boolean {
  return code === 'bad_answer' || code === 'bad_status'
}
