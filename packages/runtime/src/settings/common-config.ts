/** The settings that the API and the workers share. Each app extends this schema with its own. */
import { z } from 'zod'
import { duration, redisUrl, secretKey, timings } from './config-fields.ts'

export const logLevelSchema = z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
export type LogLevel = z.infer<typeof logLevelSchema>

export const commonConfigSchema = z.object({
  REDIS_URL: redisUrl()
    .prefault('redis://127.0.0.1:6379')
    .describe('Redis that holds the queue and all jobs'),
  SAFELIGHT_NAMESPACE: z
    .string()
    // it becomes part of every key, in braces
    .regex(/^[a-zA-Z0-9][a-zA-Z0-9_-]*$/, 'must be letters, digits, - and _')
    .prefault('safelight')
    .describe('Name of the deployment: first part of every Redis key'),
  SAFELIGHT_DATA_DIR: z
    .string()
    .prefault('./data')
    .describe(
      'Folder for stored assets; with ASSET_STORE=local the API and the workers must see the same one',
    ),
  RETENTION: duration()
    .prefault('24h')
    .describe('How long a job and its outputs are kept after its end'),
  DEAD_LETTER_RETENTION: duration()
    .prefault('7d')
    .describe('The same for a job whose every attempt failed, so that it can be replayed'),
  SAFELIGHT_SECRET_KEY: secretKey()
    .optional()
    .describe(
      'Key that seals extra_data (credentials of submitters) in Redis: 32 bytes as base64 or hex, e.g. of openssl rand -base64 32; the same for the API and the workers',
    ),
  LOG_LEVEL: logLevelSchema.prefault('info').describe('trace, debug, info, warn, error or silent'),
})

/** Each app extends the common schema with this: the durations it knows are its own. */
export function timingsSetting<Schema extends z.ZodType>(schema: Schema) {
  return {
    SAFELIGHT_TIMINGS: timings(schema)
      .optional()
      .describe('For tests: durations in ms of this process, as a JSON object'),
  }
}
