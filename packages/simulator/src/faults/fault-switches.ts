/** The switches themselves: turned from outside, read wherever something can fail. */
import { type Faults, NO_FAULTS } from './faults.ts'

export interface FaultSwitches {
  readonly get: () => Faults
  readonly set: (patch: Partial<Faults>) => void
  /** Turns everything off; what a fault has done stays done. */
  readonly clear: () => void
}

export type CountedFault = 'lostInterrupts' | 'outOfMemory' | 'historyLate' | 'historyHollow'

export interface FaultState extends FaultSwitches {
  /** Uses up one of a counted fault; false: none are left. */
  readonly spend: (name: CountedFault) => boolean
}

export interface FaultEffects {
  /** After every change. */
  changed(): void
  wipeHistory(): void
  loseInputs(): void
}

/** What has struck at once is off again. */
const STRUCK = { historyWiped: false, inputsLost: false } as const

export function createFaultState(initial: Partial<Faults>, effects: FaultEffects): FaultState {
  let current: Faults = { ...NO_FAULTS, ...initial, ...STRUCK }

  const set = (patch: Partial<Faults>): void => {
    current = { ...current, ...patch, ...STRUCK }
    if (patch.historyWiped) effects.wipeHistory()
    if (patch.inputsLost) effects.loseInputs()
    effects.changed()
  }

  return {
    get: () => current,
    set,
    clear: () => set(NO_FAULTS),
    spend(name) {
      const left = current[name]
      if (left <= 0) return false
      current = { ...current, [name]: left - 1 }
      return true
    },
  }
}
