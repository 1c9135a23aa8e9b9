/** Waits for what the list of hosts shows of one. */
import type { HostState } from '@safelight/shared'
import type { ReportedHost } from '@safelight/store'
import { hostIdOf } from '../hosts/host-id.ts'
import { type WorkerStack, until } from './stack.ts'

/** The first view that passes. */
export function whenHost(
  stack: WorkerStack,
  url: string,
  test: (host: ReportedHost) => boolean,
): Promise<ReportedHost> {
  const hostId = hostIdOf(new URL(url))
  return until(async () => {
    const host = (await stack.hosts.list()).find(({ id }) => id === hostId)
    return host && test(host) ? host : null
  })
}

export function whenState(
  stack: WorkerStack,
  url: string,
  state: HostState,
): Promise<ReportedHost> {
  return whenHost(stack, url, (host) => host.state === state)
}
