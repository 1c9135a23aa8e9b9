/** What is to be seen of hosts: in their list, and of the jobs that they have. Makes them stand still, too. */
import type { HostState, Snapshot } from '@safelight/shared'
import type { Simulator } from '@safelight/simulator'
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

/** Its prompt is on the host. */
export const isThere = ({ phase }: Snapshot): boolean =>
  phase === 'submitted' || phase === 'executing'

/** Makes hosts stand still, or go on. */
export function hold(hosts: readonly Simulator[], held: boolean): void {
  for (const host of hosts) host.faults.set({ held })
}

export const idOf = ({ url }: Simulator): string => hostIdOf(new URL(url))
