/**
 * The one writer of a job while it runs here, on the newest snapshot known. It writes in the order that it was asked;
 * what it is asked for in one go, or while a write is under way, is one write.
 */
import type { Clock } from '@safelight/runtime'
import type { Snapshot } from '@safelight/shared'
import {
  type AppendedWith,
  type AppendResult,
  type Claim,
  type Decide,
  foresee,
  type Foreseen,
  type JobStore,
} from '@safelight/store'

export interface JobWriter {
  /** The newest state this writer has seen. */
  readonly snapshot: Snapshot
  /** Another worker has claimed the job: nothing is written any more. */
  readonly claimLost: boolean
  /** Something else noticed that the job is no longer ours. */
  loseClaim(): void
  /**
   * @param also in the same step
   * @returns false when nothing was written: the decision was null, or the job is no longer ours
   */
  append(decide: Decide, also?: AppendedWith): Promise<boolean>
  /** The same. The more outputs the job has, the longer it may wait for others, so that they are one write. */
  appendOneOfMany(decide: Decide): Promise<boolean>
  /** There are no others to wait for. */
  hurry(): void
}

export interface JobWriterOptions {
  store: Pick<JobStore, 'append'>
  claim: Claim
  /** The newest snapshot asks for an end. Called on every append that sees it. */
  onCanceling: () => void
  /** A newer worker holds the job, or its record is gone. Nothing is written from here on. */
  onClaimLost: () => void
  clock: Clock
}

/** Each write has the whole snapshot in it: so many bytes a second it may be, however many outputs there are. */
const MS_PER_OUTPUT = 0.5

export function createJobWriter({
  store,
  claim,
  onCanceling,
  onClaimLost,
  clock,
}: JobWriterOptions): JobWriter {
  const { token } = claim
  const { jobId } = claim.snapshot
  let snapshot = claim.snapshot
  let claimLost = false
  let waiting: Asked[] = []
  /** They wait for no others. */
  let hasUrgent = false
  let writing = false
  let writtenMs = Number.NEGATIVE_INFINITY
  /** Ends the wait for more. */
  let goOn: (() => void) | null = null

  async function writeAll(): Promise<void> {
    if (writing) return
    writing = true
    // whoever asks in the same go comes along
    await Promise.resolve()
    while (waiting.length > 0) {
      if (!hasUrgent) await waitForMore()
      const group = waiting
      waiting = []
      hasUrgent = false
      await write(group)
      writtenMs = clock.steady()
    }
    writing = false
  }

  async function waitForMore(): Promise<void> {
    const leftMs = writtenMs + snapshot.outputs.length * MS_PER_OUTPUT - clock.steady()
    if (leftMs <= 0) return
    await new Promise<void>((resolve) => {
      const callOff = clock.after(leftMs, resolve)
      goOn = () => {
        callOff()
        resolve()
      }
    })
    goOn = null
  }

  function hurry(): void {
    hasUrgent = waiting.length > 0
    goOn?.()
  }

  function ask(decide: Decide, also?: AppendedWith): Promise<boolean> {
    return new Promise((resolve, reject) => {
      waiting.push({ ...toAsked(decide, { resolve, reject }), also })
      void writeAll()
    })
  }

  async function write(group: readonly Asked[]): Promise<void> {
    try {
      const written =
        !claimLost &&
        settle(
          await store.append(jobId, toOne(group), { token, known: snapshot, ...alsoOf(group) }),
        )
      for (const asked of group) asked.settle(written)
    } catch (error) {
      for (const { reject } of group) reject(error)
    }
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
    append(decide, also) {
      const written = ask(decide, also)
      hurry()
      return written
    },
    appendOneOfMany: (decide) => ask(decide),
    hurry,
  }
}

/** A decision that somebody waits for. */
interface Asked {
  /** Its part in the write at hand. Never throws: the failure belongs to whoever asked, and the others go on. */
  foresee(snapshot: Snapshot): Foreseen
  also: AppendedWith | undefined
  settle: (written: boolean) => void
  reject: (error: unknown) => void
}

type Waiting = { resolve: (written: boolean) => void; reject: (error: unknown) => void }

function toAsked(decide: Decide, { resolve, reject }: Waiting): Omit<Asked, 'also'> {
  // of the latest try: a lost race decides anew
  let says = false
  let failure: { error: unknown } | null = null
  return {
    foresee(snapshot) {
      failure = null
      try {
        const foreseen = foresee(snapshot, decide)
        says = foreseen.bodies.length > 0
        return foreseen
      } catch (error) {
        failure = { error }
        return { bodies: [], next: snapshot }
      }
    },
    settle(written) {
      if (failure) reject(failure.error)
      else resolve(written && says)
    },
    reject,
  }
}

/** The latest note of an attempt is the one that counts. */
function alsoOf(group: readonly Asked[]): { also?: AppendedWith } {
  const also = group.findLast((asked) => asked.also)?.also
  return also ? { also } : {}
}

function toOne(group: readonly Asked[]): Decide {
  return (snapshot) => {
    let next = snapshot
    return group.flatMap((asked) => {
      const foreseen = asked.foresee(next)
      next = foreseen.next
      return foreseen.bodies
    })
  }
}
