/** The published contract: its operations, and its schemas to hold answers against. */
import { readFileSync } from 'node:fs'
import { Ajv, type ValidateFunction } from 'ajv'
import formats from 'ajv-formats'
import { z } from 'zod'

const schemaOf = z.record(z.string(), z.unknown())

const operationSchema = z.object({
  method: z.string(),
  path: z.string(),
  statuses: z.array(z.string()),
  responses: z.record(
    z.string(),
    z.object({
      contentType: z.string().optional(),
      schema: schemaOf.optional(),
      headers: z.array(z.string()).optional(),
    }),
  ),
  parameters: z
    .array(
      z.object({ name: z.string(), in: z.enum(['path', 'query', 'header']), schema: schemaOf }),
    )
    .default([]),
  requestBody: z.object({ contentType: z.string(), schema: schemaOf }).optional(),
})

const contractSchema = z.object({
  schemas: z.record(z.string(), schemaOf),
  operations: z.record(z.string(), operationSchema),
})

let read: z.infer<typeof contractSchema> | null = null

export function readContract() {
  const url = new URL('./comfy-api-v2.json', import.meta.url)
  read ??= contractSchema.parse(JSON.parse(readFileSync(url, 'utf8')))
  return read
}

const ajv = new Ajv({ allErrors: true, allowUnionTypes: true })
// a module of the old kind: what it exports is the object itself
formats.default(ajv)
const compiled = new Map<string, ValidateFunction>()

function assertSchema(schema: Record<string, unknown>, value: unknown, what: string): void {
  const key = JSON.stringify(schema)
  const validate = compiled.get(key) ?? ajv.compile({ ...schema, $defs: readContract().schemas })
  compiled.set(key, validate)
  if (validate(value)) return
  const problems = ajv.errorsText(validate.errors, { separator: '\n', dataVar: what })
  throw new Error(`${problems}\nin ${JSON.stringify(value)?.slice(0, 2_000)}`)
}

/** Throws when the value is not what the contract calls `name`. */
export function assertContract(name: string, value: unknown): void {
  assertSchema({ $ref: `#/$defs/${name}` }, value, name)
}

/** Throws when the answer has a status, a header or a body that the contract does not have for the operation. */
export async function assertAnswer(operationId: string, response: Response): Promise<void> {
  const operation = readContract().operations[operationId]
  const documented = operation?.responses[response.status]
  if (!operation || !documented) throw new Error(`${operationId} may not answer ${response.status}`)
  const { contentType, schema, headers = [] } = documented
  for (const name of headers) {
    // only a refusal that may be tried again says when
    if (!response.headers.has(name) && response.status !== 409)
      throw new Error(`${operationId} ${response.status} has no ${name}`)
  }
  // which has no body, whatever the contract says of it
  if (operation.method === 'head') return
  const type = response.headers.get('content-type') ?? ''
  if (schema && !type.startsWith('application/json'))
    throw new Error(`${operationId} ${response.status} is ${type}`)
  if (contentType === 'text/event-stream' && !type.startsWith(contentType))
    throw new Error(`${operationId} ${response.status} is ${type}`)
  if (schema) assertSchema(schema, await response.clone().json(), operationId)
}
