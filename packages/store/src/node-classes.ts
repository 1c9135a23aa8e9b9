/** Node classes: the part of a host's object_info that validation needs, merged over the fleet. */
import { z } from 'zod'

export const nodeClassSchema = z.object({
  /** Is an output node: what hangs on it gets executed. */
  output: z.boolean(),
  /** Number of output slots. */
  outputs: z.int().nonnegative(),
  /** Names of the inputs that must be there. */
  required: z.array(z.string()),
})
export type StoredNodeClass = z.infer<typeof nodeClassSchema>
export const nodeClassesSchema = z.record(z.string(), nodeClassSchema)
/** Class name → class. */
export type StoredNodeClasses = z.infer<typeof nodeClassesSchema>

/** What at least one host would accept: only a graph that no host can run is refused. */
export function mergeNodeClasses(fleet: readonly StoredNodeClasses[]): StoredNodeClasses {
  const merged = new Map<string, StoredNodeClass>()
  for (const [name, here] of fleet.flatMap((host) => Object.entries(host))) {
    const known = merged.get(name)
    merged.set(name, known ? mergeNodeClass(known, here) : here)
  }
  return Object.fromEntries(merged)
}

function mergeNodeClass(one: StoredNodeClass, other: StoredNodeClass): StoredNodeClass {
  return {
    output: one.output || other.output,
    outputs: Math.max(one.outputs, other.outputs),
    required: one.required.filter((input) => other.required.includes(input)),
  }
}
