/** New seeds: the same workflow, another picture. */
import { toNearestNumber, toNumberText, type Workflow } from '@safelight/shared'
import { findLiteral, idOf, type Place } from './links.ts'
import { setInputs } from './set-fields.ts'

/** Names under which nodes take the number that decides what chance brings. */
const SEED_INPUTS = ['seed', 'noise_seed']

/** 53 random bits: the largest numbers that JSON keeps exactly. */
export function newSeed(): number {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2))
  return (high >>> 11) * 2 ** 32 + low
}

const isNumber = (value: unknown) => toNearestNumber(value) !== null

/** Where the seeds of a workflow stand, each once, in the order of the nodes that use them. */
export function findSeeds(workflow: Workflow): (Place & { usedBy: string })[] {
  const found = new Map<string, Place & { usedBy: string }>()
  for (const [nodeId, node] of Object.entries(workflow)) {
    for (const input of SEED_INPUTS.filter((name) => Object.hasOwn(node.inputs, name))) {
      const place = findLiteral(workflow, { nodeId, input }, isNumber)
      const key = place && `${place.nodeId}:${place.input}`
      if (place && key && !found.has(key)) found.set(key, { ...place, usedBy: nodeId })
    }
  }
  return [...found.values()]
}

/**
 * A copy in which every seed is new, but for those kept by id. Seeds that were equal stay equal: two
 * passes may share one on purpose.
 */
export function withNewSeeds(workflow: Workflow, kept: readonly string[] = []): Workflow {
  const drawn = new Map<string | null, number>()
  const places = findSeeds(workflow).filter((place) => !kept.includes(idOf(place)))
  const changes = places.map(({ nodeId, input }) => {
    const before = toNumberText(workflow[nodeId]?.inputs[input])
    const value = drawn.get(before) ?? newSeed()
    drawn.set(before, value)
    return { nodeId, input, value }
  })
  return setInputs(workflow, changes)
}

/** `count` copies: the first as it is, the others each with seeds of their own, but for those kept by id. */
export function toBatch(
  workflow: Workflow,
  count: number,
  kept: readonly string[] = [],
): Workflow[] {
  return Array.from({ length: count }, (_, index) =>
    index === 0 ? workflow : withNewSeeds(workflow, kept),
  )
}
