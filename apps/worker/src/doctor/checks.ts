/** What the doctor looks at on the machine of a worker. */
import {
  adminPortChecks,
  type Check,
  commonQuarrels,
  nodeCheck,
  type Quarrel,
  redisCheck,
  settingsCheck,
  storeCheck,
} from '@safelight/doctor'
import { type Environment, HIGH_WATER_SHAPE, parseConfig, tellNobody } from '@safelight/runtime'
import { createRedis } from '@safelight/store'
import { z } from 'zod'
import type { WorkerConfig } from '../config.ts'
import { readHostsFile, toFixedList } from '../hosts/host-list.ts'
import { hostChecks } from './host-checks.ts'
import { lookAtHostStates } from './host-states.ts'

/** @param env what was really set, as defaults quarrel with nobody */
export function workerChecks(config: WorkerConfig, env: Environment): Check[] {
  const { COMFYUI_HOSTS: urls = [], SAFELIGHT_HOSTS_FILE: path, HOST_SLOTS: slots } = config
  const hosts = path === undefined ? toFixedList(urls, slots).now() : readHostsFile(path, slots)
  // the setting is the API's: where it is not in this environment, its default is as good as known
  const { REDIS_HIGH_WATER } = parseConfig(z.object(HIGH_WATER_SHAPE), env)
  const namespace = config.SAFELIGHT_NAMESPACE
  const states = { namespace, hostIds: hosts.map(({ hostId }) => hostId) }
  return [
    nodeCheck(),
    settingsCheck(findQuarrels(config, env)),
    ...adminPortChecks(config),
    redisCheck({
      open: () => createRedis(config.REDIS_URL, 'api', { emit: tellNobody, tls: config.REDIS_TLS }),
      namespace,
      highWaterPercent: REDIS_HIGH_WATER,
      retentionMs: config.RETENTION,
      labels: hosts.flatMap(({ labels }) => labels),
      more: [{ name: 'host states', look: (redis) => lookAtHostStates(redis, states) }],
    }),
    storeCheck(config),
    ...hostChecks(hosts),
  ]
}

function findQuarrels(config: WorkerConfig, env: Environment): Quarrel[] {
  const isSet = (name: keyof WorkerConfig) => Boolean(env[name])
  return [
    {
      isSo: config.MAX_OVERTAKEN === 0 && isSet('MAX_OVERTAKEN_TIME'),
      found: 'MAX_OVERTAKEN is 0, and MAX_OVERTAKEN_TIME set: nobody is overtaken at all',
      advice: 'leave MAX_OVERTAKEN_TIME out, or raise MAX_OVERTAKEN',
    },
    {
      isSo: config.HOST_TIMEOUT >= config.STALL_TIMEOUT,
      found:
        'HOST_TIMEOUT is not below STALL_TIMEOUT: a host that is gone counts as a job that stalls',
      advice: 'make HOST_TIMEOUT the shorter one',
    },
    {
      isSo: config.HOST_SLOTS === 1,
      found: 'HOST_SLOTS is 1: a GPU waits for us between two prompts',
      advice: 'set 2, so that the next one waits in its queue',
    },
    ...commonQuarrels(config, isSet),
  ]
}
