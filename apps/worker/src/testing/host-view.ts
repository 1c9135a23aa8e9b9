/** Waits for what the list of hosts shows of one. */
import type { HostState, HostView } from '@safelight/shared'
import { hostIdOf } from '../hosts/host-id.ts'
import { type Stack, until } from './stack.ts'

/** The first view that passes. */
export function whenHost(
  stack: Stack,
  url: string,
  test: (host: HostView) => boolean,
): Promise<HostView> {
  const hostId = hostIdOf(new URL(url))
  return until(async () => {
    const host = (await stack.hosts.list()).find(({ id }) => id === hostId)
    return host && test(host) ? host : null
  })
}

export function whenState(stack: Stack, url: string, state: HostState): Promise<HostView> {
  return whenHost(stack, url, (host) => host.state === state)
}
