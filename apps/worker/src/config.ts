/** The worker's settings, from the environment. */
import { ASSET_STORE_SHAPE, checkAssetStore } from '@safelight/assets'
import {
  byteSize,
  checkAdmin,
  commonConfigSchema,
  ConfigError,
  duration,
  type Environment,
  parseConfig,
  readRedisTls,
  type RedisTls,
  resolveFolder,
  timingsSetting,
  toTimingsSchema,
  urlList,
  wholeNumber,
} from '@safelight/runtime'
import { z } from 'zod'
import { readHostsFile } from './hosts/host-list.ts'
import { findTwins, hostSchema } from './hosts/host-value.ts'
import { HostsFileError } from './hosts/hosts-file.ts'
import { WORKER_TIMINGS_SHAPE } from './override-timings.ts'

const fieldsSchema = commonConfigSchema.extend({
  ...ASSET_STORE_SHAPE,
  COMFYUI_HOSTS: urlList()
    .refine((urls) => urls.length > 0, 'must name at least one host')
    .superRefine((urls, context) => {
      const hosts = urls.map((url) => hostSchema.safeParse({ url }))
      const problem = hosts.find(({ error }) => error)?.error?.issues[0]?.message
      const twins = problem ?? findTwins(hosts.flatMap(({ data }) => data ?? []))
      if (twins) context.addIssue(twins)
    })
    .optional()
    .describe(
      'ComfyUI servers to drive, separated by commas; http://user:password@… and a query such as ?token=… are allowed. This or SAFELIGHT_HOSTS_FILE must be set',
    ),
  SAFELIGHT_HOSTS_FILE: z
    .string()
    .optional()
    .describe(
      'In place of COMFYUI_HOSTS: a YAML or JSON file of hosts with names, labels, slots and headers (hosts.example.yaml); read again when it changes, so hosts come and go without a restart',
    ),
  HOST_SLOTS: wholeNumber({ min: 1, max: 16 })
    .prefault('2')
    .describe('Prompts per host: one runs, the others wait in its queue so that it never idles'),
  WORKER_NAME: z
    .string()
    .regex(/^[\w.-]{1,64}$/, 'must be letters, digits, ., - and _')
    .optional()
    .describe('Name of this worker in logs and in the list of hosts; unset: host name and pid'),
  MAX_ATTEMPTS: wholeNumber({ min: 1, max: 20 })
    .prefault('3')
    .describe(
      'How often a job is tried that stalls, is interrupted, runs out of memory or meets trouble of ours',
    ),
  MAX_HOST_LOSSES: wholeNumber({ min: 1, max: 100 })
    .prefault('5')
    .describe('A job that has lost its host this often fails; these tries count apart'),
  MAX_OVERTAKEN: wholeNumber({ min: 0, max: 1_000 })
    .prefault('16')
    .describe(
      'How often a waiting job may be overtaken by one whose models a host has loaded; 0: never',
    ),
  MAX_OVERTAKEN_TIME: duration().prefault('60s').describe('For how long, from the first time on'),
  AGING: duration()
    .optional()
    .describe(
      'A job that has waited longer goes before all that have not, whatever their priorities; unset: priorities alone decide',
    ),
  MAX_RUNNING_PER_OWNER: wholeNumber({ min: 1, max: 10_000 })
    .optional()
    .describe('How many jobs of one owner may have a slot at once; unset: no limit'),
  ADOPT_WAIT: duration()
    .prefault('20s')
    .describe(
      'How long the jobs of a host that cannot be reached, or that no worker drives any more, wait for it before they are run elsewhere',
    ),
  HOST_TIMEOUT: duration()
    .prefault('30s')
    .describe('How long a host may give no answer before its job is tried elsewhere'),
  STALL_TIMEOUT: duration()
    .prefault('5m')
    .describe('A running prompt that does not move for this long is interrupted'),
  STOP_TIMEOUT: duration()
    .prefault('60s')
    .describe(
      'How long a host may take to stop a prompt that it is told to stop; after that it is quarantined',
    ),
  DRAIN_TIMEOUT: duration()
    .prefault('30s')
    .describe(
      'How long running jobs may finish after SIGTERM before they are handed back; staged ones go back at once',
    ),
  MAX_OUTPUT_BYTES: byteSize()
    .prefault('2gb')
    .describe('Largest output file that is stored; a job with a larger one fails'),
  ...timingsSetting(toTimingsSchema(WORKER_TIMINGS_SHAPE)),
})

export const workerConfigSchema = fieldsSchema.superRefine((config, context) => {
  checkAssetStore(config, context)
  checkAdmin(config, context)
  const { COMFYUI_HOSTS, SAFELIGHT_HOSTS_FILE } = config
  if ((COMFYUI_HOSTS === undefined) !== (SAFELIGHT_HOSTS_FILE === undefined)) return
  context.addIssue({
    code: 'custom',
    path: ['COMFYUI_HOSTS'],
    message: COMFYUI_HOSTS
      ? 'only one of it and SAFELIGHT_HOSTS_FILE may be set'
      : 'must be set, or SAFELIGHT_HOSTS_FILE',
  })
})
export type WorkerConfig = z.output<typeof workerConfigSchema> & { REDIS_TLS?: RedisTls }

/** Those that a running worker takes on at SIGHUP: see limits.ts. SAFELIGHT_HOSTS_FILE is read again by itself, when it changes. */
export const WORKER_LIVE_SETTINGS = [
  'LOG_LEVEL',
  'MAX_ATTEMPTS',
  'MAX_HOST_LOSSES',
  'MAX_OVERTAKEN',
  'MAX_OVERTAKEN_TIME',
  'AGING',
  'MAX_RUNNING_PER_OWNER',
  'MAX_OUTPUT_BYTES',
] as const satisfies readonly (keyof WorkerConfig)[]

export function loadWorkerConfig(env: Environment = process.env): WorkerConfig {
  const config = parseConfig(workerConfigSchema, env)
  const { SAFELIGHT_HOSTS_FILE: given, HOST_SLOTS } = config
  const file = given === undefined ? {} : { SAFELIGHT_HOSTS_FILE: resolveFolder(given, env) }
  if (file.SAFELIGHT_HOSTS_FILE) checkHostsFile(file.SAFELIGHT_HOSTS_FILE, HOST_SLOTS)
  return {
    ...config,
    ...file,
    REDIS_TLS: readRedisTls(config, env),
    SAFELIGHT_DATA_DIR: resolveFolder(config.SAFELIGHT_DATA_DIR, env),
    SAFELIGHT_LISTENERS: config.SAFELIGHT_LISTENERS.map((path) => resolveFolder(path, env)),
  }
}

/** Like any setting: what is wrong with it is said before anything starts. */
function checkHostsFile(path: string, slots: number): void {
  try {
    readHostsFile(path, slots)
  } catch (error) {
    if (!(error instanceof HostsFileError)) throw error
    throw new ConfigError(error.problems.map((problem) => `SAFELIGHT_HOSTS_FILE: ${problem}`))
  }
}
