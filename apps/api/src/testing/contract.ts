/** The published contract's own schemas, to hold answers against. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'

const contractSchema = z.object({
  schemas: z.record(z.string(), z.record(z.string(), z.unknown())),
  operations: z.record(
    z.string(),
    z.object({ method: z.string(), path: z.string(), statuses: z.array(z.string()) }),
  ),
})

export function readContract() {
  const text = readFileSync(new URL('./comfy-api-v2.json', import.meta.url), 'utf8')
  return contractSchema.parse(JSON.parse(text))
}

/** Throws when the value is not what the contract calls `name`. */
export function assertContract(name: string, value: unknown): void {
  const schema = { $ref: `#/$defs/${name}`, $defs: readContract().schemas }
  z.fromJSONSchema(schema).parse(value)
}
