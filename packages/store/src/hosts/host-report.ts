/** What one worker reports of one host, and what all workers must know of it. */
import { z } from 'zod'
import { hostReasonSchema, hostStateSchema } from '@safelight/shared'

export const hostReportSchema = z.object({
  hostId: z.string(),
  workerId: z.string(),
  /** Of the process: one may follow another under the same name, or have it by mistake. Empty of an earlier version. */
  instance: z.string().default(''),
  /** ms since the epoch, as every time here */
  at: z.number(),
  /** The worker has stopped: it drives the host no longer. */
  left: z.boolean(),
  state: hostStateSchema,
  reason: hostReasonSchema,
  /** When the host entered the state. */
  since: z.number(),
  /** ComfyUI's version, as far as known. */
  version: z.string().nullable(),
  /** What its list says it is for. */
  labels: z.array(z.string()).default([]),
  slots: z.int().nonnegative(),
  /** Jobs of this worker that execute there. */
  running: z.array(z.string()),
  /** Jobs of this worker that wait there. */
  staged: z.array(z.string()),
  /** ms until its jobs there should be over; null when it cannot tell, or is of an earlier version. */
  restMs: z.number().nonnegative().nullable().default(null),
  /** Prompts in the host's own queue, whoever's. */
  queueDepth: z.int().nonnegative().nullable(),
  devices: z.array(
    z.object({
      name: z.string(),
      type: z.string(),
      vramTotal: z.number().nullable(),
      vramFree: z.number().nullable(),
    }),
  ),
  /** Model files of the last workflow of this worker that ran there; none once the host was away. */
  models: z.array(z.string()).default([]),
  /** When that was learned; null: never. */
  modelsAt: z.number().nullable().default(null),
  /** Prompts of this worker that it finished within the last hour, and how long those took whose start was seen. */
  throughput: z
    .object({
      finished: z.int().nonnegative(),
      timed: z.int().nonnegative(),
      executionMs: z.number().nonnegative(),
    })
    .default({ finished: 0, timed: 0, executionMs: 0 }),
  /** When it last answered. */
  seenAt: z.number().nullable(),
  /** When a prompt of this worker last moved there. */
  movedAt: z.number().nullable(),
  /** One ticket is enough for it, however many jobs wait: see queues/tickets.ts. */
  wakes: z.boolean().default(false),
  /** How many jobs of one owner it lets have a slot at once; null: no limit, or of an earlier version. */
  ownerLimit: z.int().positive().nullable().default(null),
  /** Since when it gives the host nothing new: it ends, or its list has the host no more. Null: it does, or is of an earlier version. */
  leavingSince: z.number().nullable().default(null),
})
export type HostReport = z.infer<typeof hostReportSchema>

export const hostDrainSchema = z.object({ reason: z.string().nullable(), at: z.number() })
/** New prompts are kept from the host until somebody resumes it. */
export type HostDrain = z.infer<typeof hostDrainSchema>

export const stuckPromptSchema = z.object({
  promptId: z.string(),
  /** False: it was next in line, nothing ran, and the executor did not begin it. */
  begun: z.boolean(),
})
/** A prompt that stands still on a host and ignores its interrupt: the host's executor is dead. */
export type StuckPrompt = z.infer<typeof stuckPromptSchema>

/** What holds for a host whichever worker drives it. */
export interface SharedHostFacts {
  drain: HostDrain | null
  stuck: StuckPrompt | null
}

/** Somebody wants the host left alone, whatever else was written. */
export function readDrain(json: string): HostDrain {
  return readJson(hostDrainSchema, json) ?? { reason: null, at: 0 }
}

/** Null for what cannot be read: one host's entry must not hide the others. */
export function readJson<S extends z.ZodType>(schema: S, json: string): z.output<S> | null {
  try {
    return schema.safeParse(JSON.parse(json)).data ?? null
  } catch {
    return null
  }
}
