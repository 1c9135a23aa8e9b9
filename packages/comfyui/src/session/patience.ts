/** Repeats a question to a host that does not answer, for a while. */
import { HostError } from '../errors.ts'
import { backoffMs } from './backoff.ts'
import { createWake } from './wake.ts'

export interface PatienceOptions {
  forMs: number
  signal: AbortSignal
}

const RETRY = { minMs: 200, maxMs: 2000 }

/** @throws the last HostError once `forMs` have passed, and anything else at once */
export async function askPatiently<T>(
  ask: () => Promise<T>,
  { forMs, signal }: PatienceOptions,
): Promise<T> {
  const until = performance.now() + forMs
  const pause = createWake()
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await ask()
    } catch (error) {
      if (!(error instanceof HostError) || performance.now() >= until) throw error
    }
    await pause.wait(backoffMs(attempt, RETRY), signal)
  }
}
