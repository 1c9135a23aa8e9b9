/** What waits, page by page, as one dispatch looks at it: hosts that serve the same pools share what was read. */
import type { Backlog, Candidate, CandidatesQuery } from '@safelight/store'

/** Candidates that one look takes. */
const AT_MOST = 64

export interface Pages {
  /** @param look -1 for a glance */
  read(pools: readonly string[], look: number): Promise<Candidate[]>
}

export interface PagesOptions extends Pick<CandidatesQuery, 'agingMs' | 'ownerLimit'> {
  backlog: Pick<Backlog, 'candidates'>
  /** Candidates of a glance: mostly the next job is one for which nothing must be loaded. */
  glance: number
}

export function openPages({ backlog, glance, agingMs, ownerLimit }: PagesOptions): Pages {
  const known = new Map<string, Promise<Candidate[]>>()
  return {
    read(pools, look) {
      const name = `${look} ${pools.join(' ')}`
      const isGlance = look < 0
      const reading =
        known.get(name) ??
        backlog.candidates({
          pools,
          atMost: isGlance ? glance : AT_MOST,
          skip: isGlance ? 0 : look * AT_MOST,
          agingMs,
          ownerLimit,
        })
      known.set(name, reading)
      return reading
    },
  }
}
