/** Which client the hooks use. */
import { createContext, createElement, type ReactNode, useContext } from 'react'
import type { Client } from '../types.ts'

const ClientContext = createContext<Client | null>(null)

export function SafelightProvider(props: { client: Client; children?: ReactNode }) {
  return createElement(ClientContext.Provider, { value: props.client }, props.children)
}

/** @throws Error outside of a `SafelightProvider` */
export function useClient(): Client {
  const client = useContext(ClientContext)
  if (!client) throw new Error('put a <SafelightProvider client={…}> around what uses Safelight')
  return client
}
