/**
 * Suspects: jobs that have been in the hands of two workers that died. A worker that dies takes along everything it
 * holds, and the third death must only count against the job that causes it: so a suspect is alone among its kind,
 * and the others wait. Not until it ends, though, which may take as long as any job: a worker that dies with several
 * of them counts against none, so after a while they come in beside it. Whoever was lost in such company waits twice
 * as long the next time: sooner or later what kills its workers is alone.
 */
import type { Clock } from '@safelight/runtime'
import type { Claim, JobStore } from '@safelight/store'

/** Lost workers from which on a job is one. */
export const SUSPECT_FROM = 2

export type Suspect = Pick<Claim, 'token' | 'lostInCompany'> & { jobId: string }

export interface Suspects {
  /** @returns lets go of it again; null while it has to wait for others that are in hand */
  take(suspect: Suspect): Promise<(() => Promise<void>) | null>
}

export interface SuspectsOptions {
  store: Pick<JobStore, 'setCompany'>
  /** How long one waits for others to end; doubled with each loss in company. */
  waitMs: number
  clock: Pick<Clock, 'steady'>
}

interface Held extends Suspect {
  /** As it was last written down; null when that is not known. */
  inCompany: boolean | null
}

/** Its ticket goes round the workers; who has not seen it for so long need not remember it. */
const FORGET_MS = 60_000

export function createSuspects({ store, waitMs, clock }: SuspectsOptions): Suspects {
  const inHand = new Set<Held>()
  /** Those that had to wait, by jobId: since when, and when they were seen last. */
  const waiting = new Map<string, { since: number; seen: number }>()

  function waitedMs(jobId: string): number {
    const now = clock.steady()
    for (const [id, { seen }] of waiting) if (now - seen > FORGET_MS) waiting.delete(id)
    const since = waiting.get(jobId)?.since ?? now
    waiting.set(jobId, { since, seen: now })
    return now - since
  }

  async function note(): Promise<void> {
    const inCompany = inHand.size > 1
    const changed = [...inHand].filter((held) => held.inCompany !== inCompany)
    await Promise.all(
      changed.map(async (held) => {
        held.inCompany = inCompany
        await store.setCompany(held.jobId, held.token, inCompany).catch((error: unknown) => {
          held.inCompany = null
          throw error
        })
      }),
    )
  }

  return {
    async take(suspect) {
      const { jobId, lostInCompany } = suspect
      const isPatient = waitedMs(jobId) < waitMs * 2 ** lostInCompany
      if (inHand.size > 0 && isPatient) return null
      waiting.delete(jobId)
      const held: Held = { ...suspect, inCompany: false }
      const letGo = async () => {
        inHand.delete(held)
        await note()
      }
      inHand.add(held)
      try {
        // before it can do any harm
        await note()
      } catch (error) {
        inHand.delete(held)
        throw error
      }
      return letGo
    },
  }
}
