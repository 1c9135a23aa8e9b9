/** The one writer of a job while it runs here: appends one event at a time, on the newest snapshot known. */
import type { Snapshot } from '@safelight/shared'
import type { AppendResult, Claim, Decide, JobStore } from '@safelight/store'

export interface JobWriter {
  /** The newest state this writer has seen. */
  readonly snapshot: Snapshot
  /** Another worker has claimed the job: nothing is written any more. */
  readonly claimLost: boolean
  /** Something else noticed that the job is no longer ours. */
  loseClaim(): void
  /** @returns false when nothing was written: the decision was null, or the job is no longer ours */
  append(decide: Decide): Promise<boolean>
}

export interface JobWriterOptions {
  store: Pick<JobStore, 'append'>
  claim: Claim
  /** The newest snapshot asks for an end. Called on every append that sees it. */
  onCanceling: () => void
  /** A newer worker holds the job, or its record is gone. Nothing is written from here on. */
  onClaimLost: () => void
}

export function createJobWriter({
  store,
  claim,
  onCanceling,
  onClaimLost,
}: JobWriterOptions): JobWriter {
  const { token } = claim
  const { jobId } = claim.snapshot
  let snapshot = claim.snapshot
  let claimLost = false
  let tail: Promise<unknown> = Promise.resolve()

  async function write(decide: Decide): Promise<boolean> {
    if (claimLost) return false
    return settle(await store.append(jobId, decide, { token, known: snapshot }))
  }

  function loseClaim(): void {
    if (claimLost) return
    claimLost = true
    onClaimLost()
  }

  function settle(result: AppendResult): boolean {
    if (!('snapshot' in result)) {
      loseClaim()
      return false
    }
    snapshot = result.snapshot
    if (snapshot.status === 'canceling') onCanceling()
    return result.outcome === 'appended'
  }

  return {
    get snapshot() {
      return snapshot
    },
    get claimLost() {
      return claimLost
    },
    loseClaim,
    append(decide) {
      const written = tail.then(() => write(decide))
      // the next in line goes on; the failure belongs to whoever asked
      tail = written.catch(() => undefined)
      return written
    },
  }
}
