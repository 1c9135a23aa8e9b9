/** The gauges of a worker's hosts, read when somebody scrapes: from memory, and nobody is asked. */
import { HOST_STATES } from '@safelight/shared'
import type { GaugeValue, Reading, WORKER_METRICS } from '@safelight/telemetry'
import type { Host } from '../hosts/host.ts'

type Catalogue = typeof WORKER_METRICS
type Value = GaugeValue<Catalogue>

export interface HostsToRead {
  hosts: () => readonly Host[]
  /** Slots that jobs have there, whichever worker dispatched them. */
  taken: (hostId: string) => number
}

export function readHosts({ hosts, taken }: HostsToRead): Reading<Catalogue> {
  return {
    name: 'hosts',
    gauges: [
      'slots',
      'slots_used',
      'host_up',
      'host_state',
      'host_models_loaded',
      'host_gpu_memory_bytes',
      'host_gpu_memory_free_bytes',
    ],
    read: () => hosts().flatMap((host) => read(host, taken(host.hostId))),
    maxAgeMs: 0,
  }
}

function read({ hostId: host, listing, condition, state }: Host, used: number): Value[] {
  const { devices, models, modelsAt, reachable } = state
  return [
    ['slots', { host }, listing.slots],
    ['slots_used', { host }, used],
    ['host_up', { host }, reachable ? 1 : 0],
    ...HOST_STATES.map(
      (name): Value => ['host_state', { host, state: name }, condition.state === name ? 1 : 0],
    ),
    ...(modelsAt === null ? [] : [['host_models_loaded', { host }, models.length] as const]),
    ...sumOf(
      'host_gpu_memory_bytes',
      host,
      devices.map(({ vramTotal }) => vramTotal),
    ),
    ...sumOf(
      'host_gpu_memory_free_bytes',
      host,
      devices.map(({ vramFree }) => vramFree),
    ),
  ]
}

/** Nothing when no device says. */
function sumOf(
  name: 'host_gpu_memory_bytes' | 'host_gpu_memory_free_bytes',
  host: string,
  bytes: readonly (number | null)[],
): Value[] {
  const said = bytes.filter((each) => each !== null)
  return said.length === 0 ? [] : [[name, { host }, said.reduce((sum, each) => sum + each, 0)]]
}
