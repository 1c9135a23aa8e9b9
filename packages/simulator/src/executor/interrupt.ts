/** The interrupt flag: one for the whole server, cleared when a prompt starts, consumed when it strikes. */

export class Interrupted extends Error {
  constructor() {
    super('Processing interrupted')
    this.name = 'Interrupted'
  }
}

export interface InterruptFlag {
  readonly raise: () => void
  readonly clear: () => void
  readonly isRaised: () => boolean
  readonly throwIfRaised: () => void
}

/** `isLost` is asked once per interrupt: what it takes never happens. */
export function createInterruptFlag(isLost: () => boolean): InterruptFlag {
  let raised = false
  return {
    raise() {
      if (!isLost()) raised = true
    },
    clear() {
      raised = false
    },
    isRaised: () => raised,
    throwIfRaised() {
      if (!raised) return
      raised = false
      throw new Interrupted()
    },
  }
}
