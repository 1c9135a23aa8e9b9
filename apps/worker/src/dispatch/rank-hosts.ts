/** Which hosts may get a job, in which order, and up to how many. Pure. */
import { takesPrompts } from '@safelight/shared'
import { isOnTrial } from '../hosts/condition.ts'
import type { Host } from '../hosts/host.ts'

/** As much of a host as its place depends on. */
export interface RankedHost extends Pick<Host, 'hostId' | 'condition'> {
  listing: Pick<Host['listing'], 'slots' | 'leaving'>
}

/** New jobs may be given to it. */
export function isFit({ condition, listing }: RankedHost): boolean {
  return !listing.leaving && (takesPrompts(condition.state) || isOnTrial(condition))
}

/** One job at a time shows whether a device works again. */
export function slotsOf({ condition, listing }: RankedHost): number {
  return isOnTrial(condition) ? 1 : listing.slots
}

/**
 * An idle host before the second slot of another; a degraded one after every slot on the others, and one on trial
 * when nothing better is free.
 *
 * @param takenOn jobs that have a slot there, by hostId, as far as known
 * @returns with the jobs that each may have, the new one included, before the next one suits it better: other workers
 *   may have given it some since our last look
 */
export function rankHosts<H extends RankedHost>(
  hosts: readonly H[],
  takenOn: (hostId: string) => { readonly size: number },
): { host: H; rank: number; slots: number }[] {
  const ranked = hosts
    .map((host) => {
      const [trouble, taken] = [troubleOf(host), takenOn(host.hostId).size]
      const busy = host.condition.state === 'ready' ? 0 : 1
      return { host, trouble, taken, rank: 1_000 * trouble + 2 * taken + busy }
    })
    .sort((one, other) => one.rank - other.rank)
  return ranked.map(({ host, trouble, rank }, at) => {
    const next = ranked[at + 1]
    const all = slotsOf(host)
    const slots = next?.trouble === trouble ? Math.min(all, next.taken + 1) : all
    return { host, rank, slots }
  })
}

function troubleOf({ condition }: RankedHost): number {
  return isOnTrial(condition) ? 2 : condition.state === 'degraded' ? 1 : 0
}
