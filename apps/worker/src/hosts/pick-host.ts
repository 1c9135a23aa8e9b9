/** Which host gets the next prompt. Pure: from what is known of the hosts, and from where the job has been. */

export interface Candidate {
  hostId: string
  reachable: boolean
  freeSeats: number
}

export interface Wishes {
  /** The host that may still run or hold this attempt's prompt. */
  prefer?: string | null
  /** The host that failed the job last: the last choice, but better than none. */
  avoid?: string | null
}

/** Hosts worth trying, best first: reachable and with room, the freest first. */
export function pickHosts<H extends Candidate>(hosts: readonly H[], wishes: Wishes = {}): H[] {
  const rank = (host: H) =>
    host.hostId === wishes.prefer ? 0 : host.hostId === wishes.avoid ? 2 : 1
  return (
    hosts
      // an adopted prompt already has its place on the host, whether the lease outlived its holder or not
      .filter((host) => host.reachable && (host.freeSeats > 0 || host.hostId === wishes.prefer))
      .sort((a, b) => rank(a) - rank(b) || b.freeSeats - a.freeSeats)
  )
}
