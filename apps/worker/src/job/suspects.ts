/**
 * Suspects: jobs that have been in the hands of two workers that died. A worker that dies takes along everything it
 * holds, and the third death must only count against the job that causes it: so a suspect is alone among its kind
 * for a while, and what kills a worker shows. Others may not wait for it until it ends, though: after that while
 * they come in beside it, and a worker that dies then counts against none of them. Who was in such company once
 * is alone to its end the next time, so that this goes on for nobody.
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
  aloneMs: number
  clock: Pick<Clock, 'steady'>
}

interface Held extends Suspect {
  since: number
  /** As it was last written down; null when that is not known. */
  inCompany: boolean | null
}

export function createSuspects({ store, aloneMs, clock }: SuspectsOptions): Suspects {
  const inHand = new Set<Held>()

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
      const nowMs = clock.steady()
      if (!mayJoin(suspect, [...inHand], { nowMs, aloneMs })) return null
      const held: Held = { ...suspect, since: nowMs, inCompany: false }
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

type InHand = Pick<Suspect, 'lostInCompany'> & { since: number }

/** Pure. */
export function mayJoin(
  suspect: Pick<Suspect, 'lostInCompany'>,
  inHand: readonly InHand[],
  { nowMs, aloneMs }: { nowMs: number; aloneMs: number },
): boolean {
  const isNew = suspect.lostInCompany === 0
  return inHand.every(({ since, lostInCompany }) => {
    return isNew && lostInCompany === 0 && nowMs - since >= aloneMs
  })
}
