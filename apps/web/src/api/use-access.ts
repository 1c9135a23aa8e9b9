/** The access of this page, for whoever has to wait for it. */
import { createContext, useContext, useSyncExternalStore } from 'react'
import type { Access } from './access.ts'

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
