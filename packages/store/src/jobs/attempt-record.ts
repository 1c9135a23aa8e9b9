/** What a worker notes of an attempt, as it is stored in the job's record: other versions read it. */
import { jobErrorSchema } from '@safelight/shared'
import { z } from 'zod'
import type { AttemptRecord } from '../job-store.ts'

// defaults: 0.1.0 and its predecessor wrote less
const causeSchema = z
  .enum([
    'node',
    'out_of_memory',
    'device_fault',
    'host_unavailable',
    'stalled',
    'interrupted',
    'internal',
    'output_gone',
    'picture_missed',
  ])
  .catch('internal')
const storedFailureSchema = z.object({
  attempt: z.int().nonnegative(),
  hostId: z.string(),
  cause: causeSchema,
  left: z.boolean(),
  at: z.number().optional(),
})
const storedAttemptSchema = z.object({
  attempt: z.int().nonnegative(),
  hostId: z.string(),
  promptId: z.string(),
  hostUrl: z.string().nullable().default(null),
  failures: z.array(storedFailureSchema).default([]),
  orphanedAt: z.number().nullable().default(null),
  takenBack: z.int().positive().optional(),
  ranBefore: z.array(z.string()).optional(),
  heardSuccess: z.literal(true).optional(),
  harvest: z
    .object({
      promptId: z.string(),
      files: z.array(
        z.object({
          node_id: z.string(),
          filename: z.string(),
          subfolder: z.string(),
          type: z.string(),
          order: z.int().nonnegative().optional(),
          reused: z.boolean().optional(),
          guessed: z.boolean().optional(),
          width: z.int().positive().optional(),
          height: z.int().positive().optional(),
        }),
      ),
      failure: z.object({ cause: causeSchema, error: jobErrorSchema }).nullable(),
    })
    .optional(),
})

/** What a worker noted of the last attempt; null when none was made. */
export function parseAttempt(json: string | null): AttemptRecord | null {
  if (!json) return null
  const { orphanedAt, failures, ...stored } = storedAttemptSchema.parse(JSON.parse(json))
  return {
    ...stored,
    failures: failures.map(({ left, ...failure }) => ({ ...failure, orphaned: left })),
    unreachableSince: orphanedAt,
  }
}

export function toAttemptJson(record: AttemptRecord): string {
  const { failures, unreachableSince, harvest, ranBefore, ...attempt } = record
  const stored: z.input<typeof storedAttemptSchema> = {
    ...attempt,
    failures: failures.map(({ orphaned, ...failure }) => ({ ...failure, left: orphaned })),
    orphanedAt: unreachableSince,
    ...(ranBefore && { ranBefore: [...ranBefore] }),
    ...(harvest && { harvest: { ...harvest, files: [...harvest.files] } }),
  }
  return JSON.stringify(stored)
}
