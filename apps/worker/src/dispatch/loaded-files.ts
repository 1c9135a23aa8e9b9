/** The model files that each host has in memory, as far as can be told from what was dispatched there. */
import type { Backlog } from '@safelight/store'
import type { Host } from '../hosts/host.ts'

export interface LoadedFiles {
  on(host: Pick<Host, 'hostId' | 'state'>): ReadonlySet<string>
  /** The job was dispatched there last: a host runs its jobs in the order of their dispatch. */
  set(hostId: string, jobId: string, files: readonly string[]): void
  /** The last one there by the records; another worker may have dispatched it. */
  see(hostId: string, jobId: string | undefined): Promise<void>
}

export function createLoadedFiles({ backlog }: { backlog: Pick<Backlog, 'needs'> }): LoadedFiles {
  /** By hostId. */
  const loaded = new Map<string, ReadonlySet<string>>()
  /** The job dispatched last, by hostId, whichever worker dispatched it. */
  const newest = new Map<string, string>()

  function set(hostId: string, jobId: string, files: readonly string[]): void {
    newest.set(hostId, jobId)
    // one that names no model leaves in place what is there
    if (files.length > 0) loaded.set(hostId, new Set(files))
  }

  return {
    on: ({ hostId, state }) => loaded.get(hostId) ?? new Set(state.models),
    set,
    async see(hostId, jobId) {
      const known = newest.get(hostId)
      if (jobId === undefined || jobId === known) return
      const { files } = await backlog.needs(jobId)
      // we have dispatched one ourselves meanwhile
      if (newest.get(hostId) !== known) return
      set(hostId, jobId, files)
    },
  }
}
