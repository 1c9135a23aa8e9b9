/** The hosts of this worker. */
import type { Host } from './host.ts'

export interface Fleet {
  /** As they are now, those that leave as well. */
  readonly hosts: readonly Host[]
  find(hostId: string): Host | null
  /** Called when the state of a host, or what is known of it, may have changed. */
  onChange(listener: () => void): void
  changed(): void
}

export function createFleet(hosts: () => readonly Host[]): Fleet {
  const listeners = new Set<() => void>()
  return {
    get hosts() {
      return hosts()
    },
    find: (hostId) => hosts().find((host) => host.hostId === hostId) ?? null,
    onChange(listener) {
      listeners.add(listener)
    },
    changed() {
      for (const listener of listeners) listener()
    },
  }
}
