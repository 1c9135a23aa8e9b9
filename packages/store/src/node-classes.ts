/** Node classes: the part of a host's object_info that validation needs, merged over the fleet. */
import { jsonObjectSchema } from '@safelight/shared'
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
/** A record of zod's would lack a class called `__proto__`. */
export const nodeClassesSchema = jsonObjectSchema
  .transform((classes) => Object.entries(classes))
  .pipe(z.array(z.tuple([z.string(), nodeClassSchema])))
  .transform((classes): Record<string, StoredNodeClass> => Object.fromEntries(classes))
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
