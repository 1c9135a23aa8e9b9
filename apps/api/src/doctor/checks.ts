/** What the doctor looks at on the machine of an API. */
import {
  adminPortChecks,
  type Check,
  commonQuarrels,
  nodeCheck,
  portCheck,
  type Quarrel,
  redisCheck,
  settingsCheck,
  storeCheck,
} from '@safelight/doctor'
import { type Environment, isLoopback, tellNobody } from '@safelight/runtime'
import { createRedis, DEFAULT_STORE_TIMINGS } from '@safelight/store'
import type { ApiConfig } from '../config.ts'

/** @param env what was really set, as defaults quarrel with nobody */
export function apiChecks(config: ApiConfig, env: Environment): Check[] {
  return [
    nodeCheck(),
    settingsCheck(findQuarrels(config, env)),
    portCheck({ setting: 'PORT', host: config.HOST, port: config.PORT }),
    ...adminPortChecks(config),
    redisCheck({
      open: () => createRedis(config.REDIS_URL, 'api', { emit: tellNobody, tls: config.REDIS_TLS }),
      namespace: config.SAFELIGHT_NAMESPACE,
      highWaterPercent: config.REDIS_HIGH_WATER,
      retentionMs: config.RETENTION,
    }),
    storeCheck(config),
  ]
}

export function findQuarrels(config: ApiConfig, env: Environment): Quarrel[] {
  const isSet = (name: keyof ApiConfig) => Boolean(env[name])
  const hasToken = config.SAFELIGHT_TOKEN !== undefined
  const isOpen = !hasToken && !isLoopback(config.HOST)
  const isBehindProxy = config.TRUST_PROXY !== 0
  return [
    {
      isSo: isOpen,
      found:
        'OPEN_TO_ALL is set, and there is no SAFELIGHT_TOKEN: whoever reaches it may do anything',
      advice: 'set SAFELIGHT_TOKEN, unless all who reach this address may',
    },
    {
      isSo: isOpen && config.FETCH_ALLOW_PRIVATE,
      found:
        'FETCH_ALLOW_PRIVATE is on without a token: anybody may have it fetch from private addresses',
      advice: 'set SAFELIGHT_TOKEN, or leave FETCH_ALLOW_PRIVATE off',
    },
    {
      isSo: !hasToken && config.CORS_ORIGIN.includes('*'),
      found:
        'CORS_ORIGIN is * and there is no SAFELIGHT_TOKEN: any web page may use it through a browser',
      advice: 'name the origins, or set SAFELIGHT_TOKEN',
    },
    {
      isSo: !hasToken && isSet('URL_TTL'),
      found:
        'URL_TTL is set, and there is no SAFELIGHT_TOKEN: addresses are not signed, and never end',
      advice: 'set SAFELIGHT_TOKEN, or leave URL_TTL out',
    },
    {
      isSo: config.RETENTION < DEFAULT_STORE_TIMINGS.idempotencyMs,
      found:
        'RETENTION is below the 24 h for which an Idempotency-Key is good: it may name a job that is gone',
      advice: 'keep jobs for 24h at least, where submissions are repeated',
    },
    {
      isSo: config.DEAD_LETTER_RETENTION < config.RETENTION,
      found:
        'DEAD_LETTER_RETENTION is below RETENTION: jobs that failed are gone before those that did not',
      advice: 'make it the longer one',
    },
    {
      isSo: !isBehindProxy && config.PUBLIC_URL?.startsWith('https:') === true,
      found:
        'PUBLIC_URL is https, so a proxy stands before this server, and TRUST_PROXY is 0: all clients count as one',
      advice: 'set TRUST_PROXY to the number of proxies',
    },
    {
      isSo: isBehindProxy && config.SHUTDOWN_DELAY === 0,
      found:
        'a proxy stands before it (TRUST_PROXY), and SHUTDOWN_DELAY is 0: at a restart it sends clients to a closed port',
      advice: 'set SHUTDOWN_DELAY to a little more than the proxy takes to notice /readyz',
    },
    ...commonQuarrels(config, isSet),
  ]
}
