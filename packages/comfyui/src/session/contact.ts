/** Decides that a host cannot be reached any more, rather than being slow once. */
import { HostError } from '../errors.ts'

export interface Contact {
  /** The host gave a useful answer, or was heard on the socket. */
  made(atMs: number): void
  /** A call failed. @returns the error to give up with, or null to go on trying */
  failed(error: HostError, atMs: number): HostError | null
  /** Failures in a row. */
  readonly failures: number
}

export function createContact(unreachableMs: number, startMs: number): Contact {
  let lastMadeMs = startMs
  let failures = 0
  return {
    made(atMs) {
      lastMadeMs = atMs
      failures = 0
    },
    failed(error, atMs) {
      failures += 1
      // one timeout of a busy host proves nothing, however long it was
      if (failures < 2 || atMs - lastMadeMs < unreachableMs) return null
      // an answer that can never be read is not a host that is away: another attempt would meet it again
      if (error.code === 'bad_answer') return error
      return new HostError('unreachable', 'The host gave no useful answer for too long', {
        cause: error,
      })
    },
    get failures() {
      return failures
    },
  }
}
