/** What the fleet can run: its models and its node classes, each with the hosts that have it. */
import { z } from 'zod'
import { INPUT_MEDIA } from '../file-inputs.ts'
import { labelSchema } from './requests.ts'

const hostIds = z.array(z.string()).meta({ description: 'Ids of the hosts that have it.' })
const poolSchema = labelSchema
  .optional()
  .meta({ description: 'Only what hosts with this label have.' })
const searchSchema = z
  .string()
  .min(1)
  .max(100)
  .optional()
  .meta({ description: 'Only names with this in them, in whichever case.' })
const nextCursor = z
  .string()
  .nullable()
  .meta({ description: 'Of the next page; null on the last.' })

export const modelViewSchema = z
  .object({
    name: z.string().meta({
      description:
        'As an input takes it, folders included, written with `/`. Hosts on Windows list `\\`: either form is taken.',
      example: 'sdxl/sd_xl_base_1.0.safetensors',
    }),
    inputs: z
      .array(z.string())
      .meta({ description: 'Inputs that take it, e.g. `ckpt_name`.', example: ['ckpt_name'] }),
    classes: z
      .array(z.string())
      .meta({ description: 'Node classes with such an input; the first ten.' }),
    hosts: hostIds,
  })
  .meta({ id: 'Model' })
export type ModelView = z.infer<typeof modelViewSchema>

export const modelPageSchema = z
  .object({ models: z.array(modelViewSchema), next_cursor: nextCursor })
  .meta({ id: 'ModelPage' })
export type ModelPage = z.infer<typeof modelPageSchema>

const modelLimit = z.coerce.number().int().min(1).max(500).default(100)
const cursorSchema = z.string().min(1).max(1_024).optional()

export const modelQuerySchema = z.strictObject({
  input: z.string().min(1).max(256).optional().meta({
    description: 'Only what inputs of this name take.',
    example: 'ckpt_name',
  }),
  class: z.string().min(1).max(256).optional().meta({
    description: 'Only what inputs of this node class take.',
    example: 'LoraLoader',
  }),
  pool: poolSchema,
  search: searchSchema,
  limit: modelLimit,
  cursor: cursorSchema,
})
export type ModelQuery = z.output<typeof modelQuerySchema>

export const inputValueSchema = z.union([z.string(), z.number(), z.boolean()])
export type InputValue = z.infer<typeof inputValueSchema>

export const nodeInputViewSchema = z
  .object({
    type: z.string().meta({
      description:
        '`INT`, `FLOAT`, `STRING`, `BOOLEAN`, `COMBO` (one of `values`), or the type of what must be linked.',
      example: 'INT',
    }),
    required: z.boolean(),
    values: z.array(inputValueSchema).optional().meta({
      description: 'Of a `COMBO`: what at least one of the hosts takes. The first 5,000.',
    }),
    more_values: z.int().positive().optional().meta({ description: 'Values that were left out.' }),
    kind: z.enum(['models', 'uploads']).optional().meta({
      description:
        'What `values` are: model files (see `/models`), or files that users upload, of which no list is kept.',
    }),
    media: z.enum(INPUT_MEDIA).optional().meta({
      description: 'Of an input that takes an upload: what of. An asset may stand in its place.',
    }),
    default: z.unknown().optional(),
    min: z.number().optional(),
    max: z.number().optional(),
    step: z.number().optional(),
    multiline: z.boolean().optional(),
    multiselect: z.boolean().optional().meta({ description: 'Takes several of the values.' }),
  })
  .meta({ id: 'NodeInput' })
export type NodeInputView = z.infer<typeof nodeInputViewSchema>

export const nodeClassViewSchema = z
  .object({
    hosts: hostIds,
    output_node: z.boolean().meta({ description: 'What hangs on it gets executed.' }),
    title: z.string().nullable().meta({ example: 'Load Checkpoint' }),
    category: z.string().nullable().meta({ example: 'loaders' }),
    outputs: z.array(z.string()).meta({ description: 'Types of its output slots.' }),
    /** Records lack a member called `__proto__`: nobody names an input so. */
    input: z.record(z.string(), nodeInputViewSchema).optional().meta({
      description: 'Its inputs, in the order of the node: where classes are asked for by name.',
    }),
  })
  .meta({ id: 'NodeClass' })
export type NodeClassView = z.infer<typeof nodeClassViewSchema>

export const nodeClassPageSchema = z
  .object({
    classes: z.record(z.string(), nodeClassViewSchema),
    next_cursor: nextCursor,
  })
  .meta({ id: 'NodeClassPage' })
export type NodeClassPage = z.infer<typeof nodeClassPageSchema>

/** Classes that may be asked for in full at once. */
export const CLASSES_IN_FULL_MAX = 50

export const nodeClassQuerySchema = z.strictObject({
  class: z
    .string()
    .max(8_192)
    .transform((list) => list.split(',').filter((name) => name !== ''))
    .pipe(z.array(z.string().max(256)).min(1).max(CLASSES_IN_FULL_MAX))
    .optional()
    .meta({
      description: 'Comma-separated names: these, with their inputs in full.',
      example: 'KSampler,CheckpointLoaderSimple',
    }),
  pool: poolSchema,
  search: searchSchema,
  limit: z.coerce.number().int().min(1).max(500).default(200),
  cursor: cursorSchema,
})
export type NodeClassQuery = z.output<typeof nodeClassQuerySchema>
