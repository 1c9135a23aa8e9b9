/** The parts of an OpenAPI document that the docs page shows. */
import { z } from 'zod'

export interface DocsSchema {
  $ref?: string | undefined
  type?: string | string[] | undefined
  description?: string | undefined
  enum?: unknown[] | undefined
  const?: unknown
  format?: string | undefined
  properties?: Record<string, DocsSchema> | undefined
  required?: string[] | undefined
  items?: DocsSchema | undefined
  anyOf?: DocsSchema[] | undefined
  oneOf?: DocsSchema[] | undefined
  allOf?: DocsSchema[] | undefined
}

const docsSchema: z.ZodType<DocsSchema> = z.lazy(() =>
  z.looseObject({
    $ref: z.string().optional(),
    type: z.union([z.string(), z.array(z.string())]).optional(),
    description: z.string().optional(),
    enum: z.array(z.unknown()).optional(),
    format: z.string().optional(),
    properties: z.record(z.string(), docsSchema).optional(),
    required: z.array(z.string()).optional(),
    items: docsSchema.optional(),
    anyOf: z.array(docsSchema).optional(),
    oneOf: z.array(docsSchema).optional(),
    allOf: z.array(docsSchema).optional(),
  }),
)
const contentSchema = z.record(z.string(), z.looseObject({ schema: docsSchema.optional() }))
const operationSchema = z.looseObject({
  operationId: z.string(),
  tags: z.array(z.string()).default([]),
  summary: z.string(),
  description: z.string().optional(),
  parameters: z
    .array(
      z.looseObject({
        name: z.string(),
        in: z.string(),
        required: z.boolean().optional(),
        description: z.string().optional(),
        schema: docsSchema.optional(),
      }),
    )
    .default([]),
  requestBody: z.looseObject({ content: contentSchema }).optional(),
  responses: z.record(
    z.string(),
    z.looseObject({ description: z.string(), content: contentSchema.optional() }),
  ),
})
export type DocsOperation = z.output<typeof operationSchema>

export const docsModelSchema = z.looseObject({
  info: z.looseObject({
    title: z.string(),
    version: z.string(),
    description: z.string().default(''),
  }),
  tags: z.array(z.looseObject({ name: z.string(), description: z.string().default('') })),
  paths: z.record(z.string(), z.record(z.string(), operationSchema)),
  components: z.looseObject({ schemas: z.record(z.string(), docsSchema).default({}) }),
})
export type DocsModel = z.output<typeof docsModelSchema>
