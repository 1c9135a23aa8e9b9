/** `Host`: what the REST face says of a ComfyUI server. No address beyond the id, which holds no credentials. */
import { z } from 'zod'
import { hostReasonSchema, hostStateSchema } from '../host-state-schema.ts'
import { DRAIN_REASON_MAX } from '../limits.ts'

export const hostDeviceSchema = z
  .object({
    name: z.string(),
    type: z.string(),
    /** Bytes; null when the host does not tell. */
    vram_total: z.number().nullable(),
    vram_free: z.number().nullable(),
  })
  .meta({ id: 'HostDevice' })

export const hostViewSchema = z
  .object({
    id: z.string().meta({ example: 'gpu-1.lan:8188' }),
    state: hostStateSchema,
    reason: hostReasonSchema,
    /** When it entered the state. */
    since: z.iso.datetime(),
    /** ComfyUI's version, once it told. */
    version: z.string().nullable(),
    /** Names of the workers that drive it now. */
    workers: z.array(z.string()),
    labels: z.array(z.string()).meta({
      description: 'What the workers’ lists of hosts say it is for.',
      example: ['sdxl', 'fast'],
    }),
    /** Prompts it may hold at a time: one runs, the others are staged. */
    slots: z.int().nonnegative(),
    running: z.array(z.string()).meta({ description: 'Ids of our jobs that execute there.' }),
    staged: z.array(z.string()).meta({
      description:
        'Ids of our jobs that are next there, or on their way to it, in the order of their dispatch.',
    }),
    collecting: z.array(z.string()).default([]).meta({
      description:
        'Ids of our jobs that have run there, and whose outputs are still fetched from there. An older API does not tell.',
    }),
    idle_at: z.iso.datetime().nullable().default(null).meta({
      description:
        'When our jobs there should be over, as past runs tell; null when there are none, or nobody can tell.',
    }),
    queue_depth: z.int().nonnegative().nullable().meta({
      description: 'Prompts in its own queue, other people’s and the running one included.',
    }),
    devices: z.array(hostDeviceSchema),
    models: z.array(z.string()).meta({
      description:
        'Model files of the last workflow that ran there; ComfyUI keeps them in memory until it needs the room. Empty once the host has been away.',
      example: ['sd_xl_base_1.0.safetensors'],
    }),
    throughput: z
      .object({
        last_hour: z
          .int()
          .nonnegative()
          .meta({ description: 'Prompts of ours that it finished in the last 60 minutes.' }),
        mean_ms: z
          .number()
          .nullable()
          .meta({ description: 'How long these executed on average; null when there are none.' }),
      })
      .meta({ id: 'HostThroughput' }),
    /** Set while it is drained, whatever its state. */
    drain: z.object({ reason: z.string().nullable(), since: z.iso.datetime() }).nullable(),
    /** When it last answered a worker. */
    last_seen_at: z.iso.datetime().nullable(),
    /** When one of our prompts last moved there. */
    last_movement_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Host' })
export type HostView = z.infer<typeof hostViewSchema>
/** As an API tells it: an older one leaves out what has a default here. */
export type ToldHost = z.input<typeof hostViewSchema>

export const hostListSchema = z.object({ hosts: z.array(hostViewSchema) }).meta({ id: 'HostList' })
export type HostList = z.infer<typeof hostListSchema>

export const drainRequestSchema = z
  .strictObject({
    reason: z
      .string()
      .trim()
      .min(1)
      .max(DRAIN_REASON_MAX)
      .optional()
      .meta({ description: 'Why, in words for whoever looks at the list.', example: 'new driver' }),
  })
  .meta({ id: 'DrainRequest' })
