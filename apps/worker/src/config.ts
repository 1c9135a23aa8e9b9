/** The worker's settings, from the environment. */
import {
  byteSize,
  commonConfigSchema,
  duration,
  parseConfig,
  resolveFolder,
  timingsSetting,
  toTimingsSchema,
  urlList,
  wholeNumber,
} from '@safelight/runtime'
import { z } from 'zod'
import { WORKER_TIMINGS_SHAPE } from './timings.ts'

export const workerConfigSchema = commonConfigSchema.extend({
  COMFYUI_HOSTS: urlList()
    .refine((urls) => urls.length > 0, 'must name at least one host')
    .describe('ComfyUI servers to drive, separated by commas; http://user:password@… is allowed'),
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
  ADOPT_WAIT: duration()
    .prefault('20s')
    .describe(
      'How long a job of a dead worker waits for one that drives the same host before it is run elsewhere',
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
    .describe('How long running jobs may finish after SIGTERM before they are handed back'),
  MAX_OUTPUT_BYTES: byteSize()
    .prefault('2gb')
    .describe('Largest output file that is stored; a job with a larger one fails'),
  ...timingsSetting(toTimingsSchema(WORKER_TIMINGS_SHAPE)),
})
export type WorkerConfig = z.output<typeof workerConfigSchema>

export function loadWorkerConfig(env: NodeJS.ProcessEnv = process.env): WorkerConfig {
  const config = parseConfig(workerConfigSchema, env)
  return { ...config, SAFELIGHT_DATA_DIR: resolveFolder(config.SAFELIGHT_DATA_DIR, env) }
}
