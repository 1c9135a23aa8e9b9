/** A new seed for each of several jobs: with the same one, they would make the same picture. Pure. */
import {
  memberOf,
  toExactNumber,
  toNearestNumber,
  toNumberText,
  type Workflow,
} from '@safelight/shared'
import { UsageError } from '../errors.ts'
import type { InputPlace } from './find-place.ts'
import { copyOf } from './set-values.ts'

export interface SeedOptions {
  count: number
  /** Inputs that were set by hand: there the first job has the seed as set, the next ones count on. */
  fixed: readonly InputPlace[]
  random: () => number
}

/** @throws UsageError when several are wanted of what has no seed */
export function toVariants(workflow: Workflow, options: SeedOptions): Workflow[] {
  const { count, fixed, random } = options
  if (count === 1) return [workflow]
  const seeds = findSeeds(workflow)
  if (seeds.length === 0) {
    throw new UsageError('--count needs a seed to change, and no node has one')
  }
  const isFixed = ({ nodeId, input }: InputPlace) =>
    fixed.some((place) => place.nodeId === nodeId && place.input === input)
  return Array.from({ length: count }, (_, n) => {
    const variant = copyOf(workflow)
    for (const place of seeds) {
      const inputs = variant[place.nodeId]?.inputs ?? {}
      inputs[place.input] = isFixed(place) ? countOn(inputs[place.input], n) : random()
    }
    return variant
  })
}

/** Seeds have 64 bits; after the last comes the first. */
const SEEDS = 2n ** 64n

function countOn(seed: unknown, by: number): unknown {
  const text = toNumberText(seed) ?? ''
  if (!/^-?\d+$/.test(text)) return Number(text) + by
  const next = BigInt(text) + BigInt(by)
  return toExactNumber(String(next >= SEEDS ? next - SEEDS : next))
}

const SEED = /^(?:noise_)?seed$/
/** What a node that only holds a number calls it. */
const HELD = /^(?:(?:noise_)?seed|value|int|number)$/

/** Seeds that are numbers; where a seed is a link, the number of the node it comes from. */
function findSeeds(workflow: Workflow): InputPlace[] {
  const places = Object.entries(workflow).flatMap(([nodeId, { inputs }]) =>
    Object.entries(inputs).flatMap(([input, value]) => {
      if (!SEED.test(input)) return []
      if (toNearestNumber(value) !== null) return [{ nodeId, input }]
      return Array.isArray(value) ? findHeld(workflow, String(value[0])) : []
    }),
  )
  const byName = new Map(places.map((place) => [`${place.nodeId}.${place.input}`, place]))
  return [...byName.values()]
}

function findHeld(workflow: Workflow, nodeId: string): InputPlace[] {
  const inputs = memberOf(workflow, nodeId)?.inputs ?? {}
  const held = Object.keys(inputs).find(
    (input) => HELD.test(input) && toNearestNumber(inputs[input]) !== null,
  )
  return held === undefined ? [] : [{ nodeId, input: held }]
}
