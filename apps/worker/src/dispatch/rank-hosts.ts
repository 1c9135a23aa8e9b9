/** Which hosts may get a job, in which order, and up to how many. Pure. */
import { takesPrompts } from '@safelight/shared'
import { isOnTrial } from '../hosts/condition.ts'
import type { Host } from '../hosts/host.ts'

/** As much of a host as its place depends on. */
export interface RankedHost extends Pick<Host, 'hostId' | 'condition'> {
  listing: Pick<Host['listing'], 'slots' | 'leaving'>
}

/** The lower the better; what troubles a host counts before what it has to do. */
export interface Rank {
  trouble: number
  load: number
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
 */
export function rankHosts<H extends RankedHost>(
  hosts: readonly H[],
  takenOn: (hostId: string) => { readonly size: number },
): ({ host: H } & Rank)[] {
  return hosts
    .map((host) => {
      const busy = host.condition.state === 'ready' ? 0 : 1
      return { host, trouble: troubleOf(host), load: 2 * takenOn(host.hostId).size + busy }
    })
    .sort((one, other) => one.trouble - other.trouble || one.load - other.load)
}

function troubleOf({ condition }: RankedHost): number {
  return isOnTrial(condition) ? 2 : condition.state === 'degraded' ? 1 : 0
}
