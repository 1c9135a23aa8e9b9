/** The API's settings, from the environment. */
import { fileURLToPath } from 'node:url'
import { ASSET_STORE_SHAPE, checkAssetStore } from '@safelight/assets'
import {
  HIGH_WATER_SHAPE,
  bearerToken,
  byteSize,
  checkAdmin,
  commonConfigSchema,
  duration,
  durationOrNever,
  type Environment,
  flag,
  isLoopback,
  list,
  parseConfig,
  port,
  readRedisTls,
  type RedisTls,
  resolveFolder,
  timingsSetting,
  wholeNumber,
} from '@safelight/runtime'
import { LABEL_PATTERN } from '@safelight/shared'
import { z } from 'zod'
import { isNetwork, type TrustedProxies } from './http/trusted-proxies.ts'
import { apiTimingsSchema } from './timings.ts'

const count = (preset: string) => wholeNumber({ min: 1, max: 10_000_000 }).prefault(preset)

const weights = () =>
  z.string().transform((text, context) => {
    const shares = new Map<string, number>()
    for (const entry of text.split(',').map((part) => part.trim())) {
      if (entry === '') continue
      const [owner = '', weight = ''] = entry.split('=')
      if (
        !LABEL_PATTERN.test(owner) ||
        !/^\d{1,4}(\.\d{1,3})?$/.test(weight) ||
        Number(weight) <= 0
      ) {
        context.addIssue('must be owner=weight, with weights above 0, separated by commas')
        return z.NEVER
      }
      shares.set(owner, Number(weight))
    }
    return shares
  })

/** `true` is none of them: behind an unknown number of proxies every client writes its own address. */
const trustedProxies = () =>
  z.string().transform((text, context): TrustedProxies => {
    if (text === 'false') return 0
    if (/^\d{1,2}$/.test(text)) return Number(text)
    const entries = text.split(',').map((entry) => entry.trim())
    if (entries.every(isNetwork)) return entries
    context.addIssue('must be a number of proxies, or their addresses and networks')
    return z.NEVER
  })

const fields = commonConfigSchema.extend({
  ...ASSET_STORE_SHAPE,
  ASSET_RETENTION: durationOrNever()
    .prefault('30d')
    .describe(
      'How long an upload is kept whose sender does not say; sent again or used, it is kept anew. never: until it is deleted',
    ),
  JANITOR_EVERY: duration()
    .refine((ms) => ms >= 1_000, 'must be at least 1s')
    .prefault('5m')
    .describe('Pause between two looks for assets whose time is over and bytes that nobody needs'),
  PORT: port().prefault('8080').describe('Port to listen on; 0 takes a free one'),
  HOST: z
    .string()
    .prefault('127.0.0.1')
    .describe(
      'Address to listen on; another than of the loopback needs SAFELIGHT_TOKEN or OPEN_TO_ALL',
    ),
  SAFELIGHT_TOKEN: bearerToken()
    .optional()
    .describe(
      'Bearer token that everything under /api and every socket must show; unset: open to all',
    ),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: 'must be an http:// or https:// url' })
    .optional()
    .describe('Address clients use, for links; unset: what each request says'),
  TRUST_PROXY: trustedProxies()
    .prefault('0')
    .describe(
      'How many proxies stand before this server, or their addresses and networks (10.0.0.0/8), separated by commas: their X-Forwarded-* headers are believed. They must add to X-Forwarded-For',
    ),
  CORS_ORIGIN: list()
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
  API_EXTENSIONS: flag()
    .prefault('true')
    .describe(
      'Take our own fields of a submission (priority, owner, pool, metadata, …); off: they are refused with 422, as Comfy API v2 knows none of them',
    ),
  OWNER_WEIGHTS: weights()
    .prefault('')
    .describe(
      'Shares of the GPUs: owner=weight, separated by commas (free=1,team=3); 1 for everybody else',
    ),
  ADOPT_WAIT: duration()
    .prefault('20s')
    .describe(
      'How long the jobs of a host that cannot be reached, or that no worker drives any more, wait for it before they are run elsewhere',
    ),
  MAX_QUEUE_DEPTH: count('10000').describe(
    'Waiting jobs from which on new ones get 429 queue_full',
  ),
  MAX_QUEUE_BYTES: byteSize()
    .prefault('1gb')
    .describe(
      'Bytes of the workflows of all jobs that have not ended, from which on new ones get 429 queue_full',
    ),
  ...HIGH_WATER_SHAPE,
  ACCEPT_REPLICAS: wholeNumber({ min: 0, max: 10 })
    .prefault('0')
    .describe(
      'How many replicas of Redis must have a job before it gets its 201; see docs/redis.md',
    ),
  ACCEPT_REPLICA_TIMEOUT: duration()
    .refine((ms) => ms >= 1, 'must be longer than nothing')
    .prefault('1s')
    .describe('How long they may take; then the answer is 503, with maybe_accepted'),
  MAX_WORKFLOW_BYTES: byteSize().prefault('2mb').describe('Largest workflow, as JSON'),
  MAX_WORKFLOW_NODES: count('2000').describe('Most nodes in a workflow'),
  MAX_UPLOAD_BYTES: byteSize()
    .prefault('512mb')
    .describe('Largest file that is taken as an asset, sent or fetched'),
  MAX_PIXELS: wholeNumber({ min: 1, max: 1_000_000_000 })
    .prefault('100000000')
    .describe(
      'Most pixels of a picture that is taken as an asset; a file of some kilobytes can claim to have any number',
    ),
  FETCH_ALLOW_PRIVATE: flag()
    .prefault('false')
    .describe(
      'Fetch urls also from private addresses, by http and on any port: only where all who may call the API may reach what this server reaches',
    ),
  URL_TTL: duration()
    .refine((ms) => ms >= 60_000, 'must be at least 1m')
    .prefault('1h')
    .describe(
      'How long the address of an asset opens without the token, at least; of an output: as long as it is kept',
    ),
  MAX_STREAMS: count('5000').describe('Most open event streams (SSE) per process'),
  MAX_STREAMS_PER_CLIENT: count('100').describe('Most open event streams (SSE) per client address'),
  MAX_SOCKETS_PER_CLIENT: count('200').describe('Most Socket.IO connections per client address'),
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

/** Who listens to others without a token must mean it. */
export const apiConfigSchema = fields
  .superRefine(checkAssetStore)
  .superRefine(checkAdmin)
  .refine(
    ({ HOST, SAFELIGHT_TOKEN, OPEN_TO_ALL }) =>
      isLoopback(HOST) || SAFELIGHT_TOKEN !== undefined || OPEN_TO_ALL,
    {
      path: ['HOST'],
      error:
        'others can reach it and there is no SAFELIGHT_TOKEN: set one, or OPEN_TO_ALL=true if that is meant',
    },
  )
export type ApiConfig = z.output<typeof apiConfigSchema> & {
  SAFELIGHT_WEB_DIR: string
  REDIS_TLS?: RedisTls
}

/** Those that a running API takes on at SIGHUP: each is read where it is used. */
export const API_LIVE_SETTINGS = [
  'LOG_LEVEL',
  'OWNER_WEIGHTS',
  'MAX_QUEUE_DEPTH',
  'MAX_QUEUE_BYTES',
  'MAX_STREAMS',
  'MAX_STREAMS_PER_CLIENT',
  'MAX_SOCKETS_PER_CLIENT',
] as const satisfies readonly (keyof ApiConfig)[]

/** Beside this server, whether it runs from `src` or from `dist`. */
const BUILT_WEB_DIR = fileURLToPath(new URL('../../web/dist', import.meta.url))

export function loadApiConfig(env: Environment = process.env): ApiConfig {
  const config = parseConfig(apiConfigSchema, env)
  const { SAFELIGHT_DATA_DIR: data, SAFELIGHT_WEB_DIR: web } = config
  return {
    ...config,
    REDIS_TLS: readRedisTls(config, env),
    SAFELIGHT_DATA_DIR: resolveFolder(data, env),
    SAFELIGHT_LISTENERS: config.SAFELIGHT_LISTENERS.map((path) => resolveFolder(path, env)),
    SAFELIGHT_WEB_DIR: web === undefined ? BUILT_WEB_DIR : resolveFolder(web, env),
  }
}
