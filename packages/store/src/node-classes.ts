/** Node classes: the part of a host's object_info that checks and forms need; merged over the fleet where any host will do. */
import { jsonObjectSchema } from '@safelight/shared'
import { z } from 'zod'

export const inputValueSchema = z.union([z.string(), z.number(), z.boolean()])
export type InputValue = z.infer<typeof inputValueSchema>

export const nodeInputSchema = z.object({
  type: z.string(),
  required: z.boolean(),
  /** What a COMBO takes. */
  values: z.array(inputValueSchema).readonly().exactOptional(),
  /** It takes files; which, `HostFiles` knows. */
  files: z.enum(['models', 'uploads']).exactOptional(),
  /** The host refuses what is not among the values. */
  strict: z.boolean().exactOptional(),
  min: z.number().exactOptional(),
  max: z.number().exactOptional(),
  step: z.number().exactOptional(),
  default: inputValueSchema.exactOptional(),
  multiline: z.boolean().exactOptional(),
  multiselect: z.boolean().exactOptional(),
  media: z.enum(['image', 'audio', 'video', 'file']).exactOptional(),
})
export type StoredNodeInput = z.infer<typeof nodeInputSchema>

export const nodeClassSchema = z.object({
  /** Is an output node: what hangs on it gets executed. */
  output: z.boolean(),
  /** Number of output slots. */
  outputs: z.int().nonnegative(),
  /** Names of the inputs that must be there. */
  required: z.array(z.string()),
  /** Of ComfyUI itself. This and what follows is not known of hosts that a worker of an earlier version drives. */
  own: z.boolean().exactOptional(),
  /** Of the output slots. */
  types: z.array(z.string().nullable()).exactOptional(),
  title: z.string().exactOptional(),
  category: z.string().exactOptional(),
})
export interface StoredNodeClass extends z.infer<typeof nodeClassSchema> {
  inputs?: Record<string, StoredNodeInput>
}
/** Class name → class. */
export type StoredNodeClasses = Record<string, StoredNodeClass>

/** As workers of earlier versions wrote them. A record of zod's would lack a class called `__proto__`. */
export const olderClassesSchema = jsonObjectSchema
  .transform((classes) => Object.entries(classes))
  .pipe(z.array(z.tuple([z.string(), nodeClassSchema])))
  .transform((classes): StoredNodeClasses => Object.fromEntries(classes))

/** What at least one host would accept of a graph's shape: only what no host can run is refused for it. */
export function mergeNodeClasses(fleet: readonly StoredNodeClasses[]): StoredNodeClasses {
  const merged = new Map<string, StoredNodeClass>()
  for (const [name, here] of fleet.flatMap((host) => Object.entries(host))) {
    const known = merged.get(name)
    merged.set(name, mergeNodeClass(known ?? here, here))
  }
  return Object.fromEntries(merged)
}

/** Their inputs stay with the hosts. */
function mergeNodeClass(one: StoredNodeClass, other: StoredNodeClass): StoredNodeClass {
  return {
    output: one.output || other.output,
    outputs: Math.max(one.outputs, other.outputs),
    required: one.required.filter((input) => other.required.includes(input)),
  }
}
