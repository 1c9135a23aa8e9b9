/** Whether the API lets this page in: learned from its answers, settled by the token gate. */
import { createContext, useContext, useSyncExternalStore } from 'react'

export interface AccessState {
  /** The API has refused us, and no token was accepted since. */
  refused: boolean
  /** One more with every token accepted: what failed in an earlier round is worth another try. */
  round: number
}

export interface Access {
  read: () => AccessState
  /** @returns what ends it */
  subscribe: (onChange: () => void) => () => void
  refuse: () => void
  admit: () => void
}

export function createAccess(): Access {
  const listeners = new Set<() => void>()
  let state: AccessState = { refused: false, round: 0 }
  const become = (next: AccessState) => {
    state = next
    for (const listener of listeners) listener()
  }
  return {
    read: () => state,
    subscribe(onChange) {
      listeners.add(onChange)
      return () => listeners.delete(onChange)
    },
    refuse() {
      if (!state.refused) become({ ...state, refused: true })
    },
    admit() {
      become({ refused: false, round: state.round + 1 })
    },
  }
}

/** The access of this page, for whoever has to wait for it. */
export const AccessContext = createContext<Access | null>(null)

/** @throws Error outside of an `AccessContext` */
export function useAccess(): Access {
  const access = useContext(AccessContext)
  if (!access) throw new Error('put an <AccessContext value={…}> around what asks the API')
  return access
}

/** Changes when a token was accepted. */
export function useAccessRound(): number {
  const access = useAccess()
  return useSyncExternalStore(access.subscribe, access.read).round
}
