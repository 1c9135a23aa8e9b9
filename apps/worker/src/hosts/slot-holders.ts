/** Jobs in the hands of this worker that have a slot of a host: whoever needs it more may ask for it. */

export interface SlotHolder {
  jobId: string
  priority: number
  /** ms since the epoch */
  createdAt: number
  /** How often it was taken back from a host. */
  takenBack: number
  /** When it had to begin at the latest (ms since the epoch); null: whenever. */
  startBy: number | null
  /** Gives the slot back, unless its prompt has begun. */
  giveBack(): void
}

export interface SlotHolders {
  /** @returns to be called when its prompt is over */
  hold(holder: SlotHolder): () => void
  /** Null for one that has been asked. */
  find(jobId: string): SlotHolder | null
  /** Once is enough: it gives its slot back, or its prompt has begun. */
  takeBack(jobId: string): void
}

export function createSlotHolders(): SlotHolders {
  const holders = new Map<string, SlotHolder>()
  return {
    hold(holder) {
      const { jobId } = holder
      holders.set(jobId, holder)
      return () => {
        if (holders.get(jobId) === holder) holders.delete(jobId)
      }
    },
    find: (jobId) => holders.get(jobId) ?? null,
    takeBack(jobId) {
      const holder = holders.get(jobId)
      holders.delete(jobId)
      holder?.giveBack()
    },
  }
}
