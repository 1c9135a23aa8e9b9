/** The API's settings, from the environment. */
import { fileURLToPath } from 'node:url'
import {
  byteSize,
  commonConfigSchema,
  duration,
  flag,
  parseConfig,
  port,
  resolveFolder,
  timingsSetting,
  wholeNumber,
} from '@safelight/runtime'
import { z } from 'zod'
import { apiTimingsSchema } from './timings.ts'

const count = (preset: string) => wholeNumber({ min: 1, max: 10_000_000 }).prefault(preset)

export const apiConfigSchema = commonConfigSchema.extend({
  PORT: port().prefault('8080').describe('Port to listen on; 0 takes a free one'),
  HOST: z
    .string()
    .prefault('127.0.0.1')
    .describe('Address to listen on; the container image sets 0.0.0.0'),
  SAFELIGHT_TOKEN: z
    .string()
    // it travels in a header
    .regex(/^[\x21-\x7e]{8,}$/, 'must be at least 8 visible ASCII characters, no spaces')
    .optional()
    .describe(
      'Bearer token that everything under /api and every socket must show; unset: open to all',
    ),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: 'must be an http:// or https:// url' })
    .optional()
    .describe('Address clients use, for links; unset: what each request says'),
  TRUST_PROXY: flag()
    .prefault('false')
    .describe('Believe X-Forwarded-* headers; only behind a proxy that sets them'),
  CORS_ORIGIN: z
    .string()
    .transform((text) => text.split(',').flatMap((origin) => origin.trim() || []))
    .prefault('')
    .describe(
      'Web origins that may call from a browser, separated by commas, or *; unset: only pages of this server. For a page served by Vite in development: http://localhost:5173',
    ),
  SAFELIGHT_WEB_DIR: z
    .string()
    .optional()
    .describe(
      'Folder of the built web page; unset: the one that was built with this server, if it is there',
    ),
  MAX_QUEUE_DEPTH: count('10000').describe(
    'Waiting jobs from which on new ones get 429 queue_full',
  ),
  MAX_WORKFLOW_BYTES: byteSize().prefault('2mb').describe('Largest workflow, as JSON'),
  MAX_WORKFLOW_NODES: count('2000').describe('Most nodes in a workflow'),
  MAX_STREAMS: count('5000').describe('Most open event streams (SSE) per process'),
  MAX_STREAMS_PER_CLIENT: count('100').describe('Most open event streams (SSE) per client address'),
  MAX_WATCHES_PER_SOCKET: count('200').describe('Most jobs one Socket.IO connection may watch'),
  SHUTDOWN_DELAY: duration()
    .prefault('0s')
    .describe(
      'How long to go on serving after SIGTERM while /readyz already says no; behind a load balancer: a little more than it takes to notice',
    ),
  SHUTDOWN_TIMEOUT: duration()
    .prefault('10s')
    .describe('How long requests may take to finish after SIGTERM'),
  ...timingsSetting(apiTimingsSchema.partial()),
})
export type ApiConfig = z.output<typeof apiConfigSchema> & { SAFELIGHT_WEB_DIR: string }

/** Beside this server, whether it runs from `src` or from `dist`. */
const BUILT_WEB_DIR = fileURLToPath(new URL('../../web/dist', import.meta.url))

export function loadApiConfig(env: NodeJS.ProcessEnv = process.env): ApiConfig {
  const config = parseConfig(apiConfigSchema, env)
  const { SAFELIGHT_DATA_DIR: data, SAFELIGHT_WEB_DIR: web } = config
  return {
    ...config,
    SAFELIGHT_DATA_DIR: resolveFolder(data, env),
    SAFELIGHT_WEB_DIR: web === undefined ? BUILT_WEB_DIR : resolveFolder(web, env),
  }
}
