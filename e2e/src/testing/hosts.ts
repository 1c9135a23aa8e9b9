/** What tests ask of hosts: how they are, as the API tells it, and to fail in a certain way. */
import { hostListSchema, type HostView } from '@safelight/shared'
import {
  type ExecutionLine,
  readExecutions,
  type SimulatorProcess,
  until,
} from '@safelight/testkit'

/** The first view of the host that passes. */
export function whenHost(
  url: string,
  hostId: string,
  test: (host: HostView) => boolean,
): Promise<HostView> {
  return until(
    async () => {
      const answer = await fetch(`${url}/api/v2/hosts`)
      const { hosts } = hostListSchema.parse(await answer.json())
      return hosts.find((host) => host.id === hostId && test(host)) ?? null
    },
    { what: `host ${hostId} is as wanted`, withinMs: 60_000 },
  )
}

/** Which host gets a job is known only once each of them may get one. */
export async function whenAllReady(url: string, hosts: readonly SimulatorProcess[]): Promise<void> {
  for (const { hostId } of hosts) await whenHost(url, hostId, ({ state }) => state === 'ready')
}

/** Turns switches of a simulated host. */
export async function setFaults(
  host: SimulatorProcess,
  faults: Readonly<Record<string, boolean | number | string>>,
): Promise<void> {
  const answer = await fetch(`${host.url}/_simulator/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(faults),
  })
  if (!answer.ok) throw new Error(`no such fault: ${await answer.text()}`)
}

/** How executions ended, in the order they began, over all these hosts. */
export async function outcomesOf(hosts: SimulatorProcess[]): Promise<ExecutionLine['outcome'][]> {
  const all = await Promise.all(hosts.map(({ executionsFile }) => readExecutions(executionsFile)))
  return all
    .flat()
    .toSorted((a, b) => a.startedAt - b.startedAt)
    .map(({ outcome }) => outcome)
}
