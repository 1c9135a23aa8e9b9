/**
 * How far the bar of each job has come, for as long as there is a client. Events never lower it, that is
 * the reducer's word; but a server that was restored from a copy has a shorter history, and begins again
 * with a whole job that is not as far. This is the one place in the client that knows of it.
 */
import { type Progress, raise, type SnapshotView } from '@safelight/shared'

export interface BarMemory {
  /** @returns the snapshot, with progress that is not below what was seen of the job before */
  hold(snapshot: SnapshotView): SnapshotView
}

/** Jobs remembered; a page that shows more at once is rare. */
const JOBS_AT_MOST = 256

export function createBarMemory(): BarMemory {
  const memory = new Map<string, Progress>()
  return {
    hold(snapshot) {
      const { jobId, progress } = snapshot
      const held = memory.get(jobId) ?? null
      const kept = progress ? raise(held, progress) : held
      if (!kept) return snapshot
      // the job that was updated least recently makes room
      memory.delete(jobId)
      memory.set(jobId, kept)
      const [oldest] = memory.keys()
      if (memory.size > JOBS_AT_MOST && oldest !== undefined) memory.delete(oldest)
      return kept === progress ? snapshot : { ...snapshot, progress: kept }
    },
  }
}
