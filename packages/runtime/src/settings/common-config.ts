/** The settings that the API and the workers share. Each app extends this schema with its own. */
import { z } from 'zod'
import { ADMIN_SHAPE } from './admin-config.ts'
import {
  duration,
  httpUrl,
  list,
  redisUrl,
  secretKey,
  timings,
  wholeNumber,
} from './config-fields.ts'

export const logLevelSchema = z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
export type LogLevel = z.infer<typeof logLevelSchema>

const file = () => z.string().optional()

export const commonConfigSchema = z.object({
  REDIS_URL: redisUrl()
    .prefault('redis://127.0.0.1:6379')
    .describe('Redis that holds the queue and all jobs'),
  REDIS_CA_FILE: file().describe(
    'Certificates (PEM) of those who may vouch for a Redis at rediss://; unset: those that Node knows',
  ),
  REDIS_CERT_FILE: file().describe(
    'Certificate (PEM) that is shown to Redis, with REDIS_KEY_FILE; unset: none is',
  ),
  REDIS_KEY_FILE: file().describe('Private key (PEM) of REDIS_CERT_FILE'),
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
    .describe(
      'How long a job and its outputs are kept after its end; a change counts for jobs that end from then on',
    ),
  DEAD_LETTER_RETENTION: duration()
    .prefault('7d')
    .describe('The same for a job whose every attempt failed, so that it can be replayed'),
  SAFELIGHT_SECRET_KEY: secretKey()
    .optional()
    .describe(
      'Key that seals extra_data (credentials of submitters) in Redis: 32 bytes as base64 or hex, e.g. of openssl rand -base64 32; the same for the API and the workers',
    ),
  SAFELIGHT_COMMIT: z
    .string()
    .regex(/^[0-9a-f]{7,64}$/, 'must be the hash of a commit')
    .optional()
    .describe('Commit that was built, for the log and GET /api/v2/version; images have it set'),
  SAFELIGHT_LISTENERS: list()
    .prefault('')
    .describe(
      'Modules of yours that hear what happens in the process (docs/events.md), separated by commas; one that cannot be loaded keeps it from starting',
    ),
  SAFELIGHT_ENV_FILE: file().describe(
    'File with more settings, as NAME=value lines; what the environment itself says wins. Read again at SIGHUP (docs/settings.md)',
  ),
  LOG_LEVEL: logLevelSchema.prefault('info').describe('trace, debug, info, warn, error or silent'),
  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl()
    .optional()
    .describe(
      'Where traces go (OTLP over HTTP, as JSON, to /v1/traces there); unset: nowhere, and none are made (docs/operations.md)',
    ),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: httpUrl()
    .optional()
    .describe('The same, as the whole url for traces; goes before OTEL_EXPORTER_OTLP_ENDPOINT'),
  OTEL_SERVICE_NAME: z
    .string()
    .optional()
    .describe('Name of the service in traces; unset: safelight-api, safelight-worker'),
  ...ADMIN_SHAPE,
})

export type CommonConfig = z.output<typeof commonConfigSchema>

/** Of the API; a worker's doctor asks for it, too: one file often has the settings of both. */
export const HIGH_WATER_SHAPE = {
  REDIS_HIGH_WATER: wholeNumber({ min: 1, max: 100 })
    .prefault('90')
    .describe(
      'Percent of the maxmemory of Redis from which on new jobs get 503 and /readyz says degraded; the rest is for what was accepted',
    ),
}

/** Each app extends the common schema with this: the durations it knows are its own. */
export function timingsSetting<Schema extends z.ZodType>(schema: Schema) {
  return {
    SAFELIGHT_TIMINGS: timings(schema)
      .optional()
      .describe('For tests: durations in ms of this process, as a JSON object'),
  }
}
