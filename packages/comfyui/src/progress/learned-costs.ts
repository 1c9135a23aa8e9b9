/**
 * What past runs say of the time of nodes. Of each kind of work the latest few measurements are kept, and their median
 * is the estimate: half of them may be wrong by any factor (a stalled host, a machine that slept) before it leaves the
 * range of the others, and five runs are enough for it to follow a new card.
 */

import { compareHosts, markOf } from './compare-hosts.ts'
import { median } from './median.ts'

/** `step`: ms of one step; `warm`, `cold`: ms of a run without its steps, the model in place or not. */
export type Quantity = 'step' | 'warm' | 'cold'

/** One kind of work. */
export interface Work {
  class: string
  model: string | null
  megapixels: number | null
}

export interface CostSample {
  ms: number
  /** Mark of the host. */
  by: string
}

/** Name of a kind of work → the latest measurements of it, oldest first. */
export type CostSamples = ReadonlyMap<string, readonly CostSample[]>

export interface Estimate {
  ms: number
  /** Measured of this class with this model, at about this size; not inferred from others. */
  isKnown: boolean
}

export interface LearnedCosts {
  /** Null when the class was never measured. */
  estimate(quantity: Quantity, work: Work): Estimate | null
  /** How much slower a host is than the fleet: 1 for an average one, and for one that is not known. */
  slownessOf(hostId: string): number
}

/** Longer ones are no names; nor may one of them break a line. */
const NAME_AT_MOST = 160
/** Sizes within one of these are alike: half octaves. */
const PER_OCTAVE = 2

/** The name under which it is kept; null when it is too long to be. */
export function nameOfWork(
  quantity: Quantity,
  { class: name, model, megapixels }: Work,
): string | null {
  if (!isShort(name) || !isShort(model ?? '')) return null
  return [quantity, name, model ?? '', megapixels === null ? '' : toSize(megapixels)].join('\n')
}

const isShort = (text: string) => text.length <= NAME_AT_MOST && !text.includes('\n')

function toSize(megapixels: number): number {
  return Math.round(Math.log2(megapixels) * PER_OCTAVE) || 0
}

interface Sized {
  /** Null: it is not known. */
  size: number | null
  ms: number
}

export function learnCosts(samples: CostSamples): LearnedCosts {
  const hosts = compareHosts(samples)
  const sized = new Map<string, Sized[]>()
  const ofClass = new Map<string, number[]>()
  for (const [name, values] of samples) {
    const [quantity = '', className = '', model = '', size = ''] = name.split('\n')
    const ms = median(values.map((sample) => sample.ms / (hosts.get(sample.by) ?? 1)))
    const known = { size: size === '' ? null : Number(size), ms }
    push(sized, `${quantity}\n${className}\n${model}`, known)
    push(ofClass, `${quantity}\n${className}`, ms)
  }
  const classes = new Map([...ofClass].map(([name, values]) => [name, median(values)]))

  return {
    estimate(quantity, work) {
      const { class: name, model, megapixels } = work
      const alike = sized.get(`${quantity}\n${name}\n${model ?? ''}`)
      if (alike) return nearest(alike, megapixels, quantity)
      const ms = classes.get(`${quantity}\n${name}`)
      return ms === undefined ? null : { ms, isKnown: false }
    },
    slownessOf: (hostId) => hosts.get(markOf(hostId)) ?? 1,
  }
}

export const NOTHING_LEARNED = learnCosts(new Map())
/** Of the size that is next to it. Steps take as long as there are pixels; of other nodes much does not depend on them. */
function nearest(known: readonly Sized[], megapixels: number | null, quantity: Quantity): Estimate {
  const wanted = megapixels === null ? null : toSize(megapixels)
  const apart = ({ size }: Sized) =>
    size === null || wanted === null ? (size === wanted ? 0 : Infinity) : Math.abs(size - wanted)
  const [first = { size: null, ms: 0 }, ...rest] = known
  const best = rest.reduce((one, other) => (apart(other) < apart(one) ? other : one), first)
  const { ms } = best
  if (best.size === null || megapixels === null) return { ms, isKnown: apart(best) === 0 }
  const ratio = megapixels / 2 ** (best.size / PER_OCTAVE)
  const exponent = quantity === 'step' ? 1 : apart(best) === 0 ? 0 : 0.5
  return { ms: ms * ratio ** exponent, isKnown: apart(best) <= PER_OCTAVE }
}

/** What was measured at one size, as it would be at the middle of its kind. */
export function toMiddleOfSize(quantity: Quantity, { megapixels }: Work, ms: number): number {
  if (megapixels === null || quantity !== 'step') return ms
  return (ms * 2 ** (toSize(megapixels) / PER_OCTAVE)) / megapixels
}

function push<T>(map: Map<string, T[]>, name: string, value: T): void {
  const known = map.get(name)
  if (known) known.push(value)
  else map.set(name, [value])
}
