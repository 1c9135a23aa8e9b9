/** Whether a Redis is set up to hold jobs: what its own answers say, and what to do about it. */
import type { Logger } from '@safelight/runtime'
import type { Redis } from 'ioredis'

/** What BullMQ asks for. */
const OLDEST_VERSION = [6, 2] as const

export type RedisFlawCode =
  | 'old_version'
  | 'evicts'
  | 'not_persistent'
  | 'no_memory_limit'
  | 'is_replica'
  | 'writes_fail'

export interface RedisFlaw {
  code: RedisFlawCode
  /** `fail`: accepted jobs will be lost, or none can be taken. `warn`: they may be, when something else breaks. */
  level: 'fail' | 'warn'
  found: string
  /** What to do about it. */
  advice: string
}

/** What Redis said; CONFIG may be forbidden, and then INFO is all there is. */
export interface RedisAnswers {
  /** Of `INFO` (all of its default sections, or at least server, memory, persistence and replication). */
  info: string
  /** Of `CONFIG GET`, by name; null where it may not be asked. */
  config: Readonly<Record<string, string>> | null
}

export function findRedisFlaws({ info, config }: RedisAnswers): RedisFlaw[] {
  const said = parseInfo(info)
  const version = said.get('redis_version') ?? ''
  const policy = config?.['maxmemory-policy'] ?? said.get('maxmemory_policy')
  const hasAof = config?.['appendonly'] ? config['appendonly'] === 'yes' : said.get('aof_enabled')
  const flaws: (RedisFlaw | false)[] = [
    isOlder(version) && {
      code: 'old_version',
      level: 'fail',
      found: `it is Redis ${version}`,
      advice: `use ${OLDEST_VERSION.join('.')} or newer`,
    },
    policy !== undefined &&
      policy !== 'noeviction' && {
        code: 'evicts',
        level: 'fail',
        found: `maxmemory-policy is ${policy}: when its memory is full, it throws away jobs`,
        advice: 'set maxmemory-policy noeviction',
      },
    (hasAof === false || hasAof === '0') && {
      code: 'not_persistent',
      level: 'warn',
      found: 'it keeps no append-only file: when it restarts, accepted jobs are lost',
      advice: 'set appendonly yes (appendfsync everysec, or always)',
    },
    said.get('maxmemory') === '0' && {
      code: 'no_memory_limit',
      level: 'warn',
      found: 'maxmemory is not set: nothing is refused before the machine has no memory left',
      advice: 'set maxmemory to about two thirds of what the machine has for it',
    },
    said.get('role') === 'slave' && {
      code: 'is_replica',
      level: 'fail',
      found: 'it is a replica, and takes no writes',
      advice: 'let REDIS_URL name the primary, or the Sentinels (redis+sentinel://)',
    },
    [said.get('aof_last_write_status'), said.get('rdb_last_bgsave_status')].includes('err') && {
      code: 'writes_fail',
      level: 'fail',
      found: 'it could not write its last file to the disk',
      advice: 'look at its log; most often the disk is full',
    },
  ]
  return flaws.filter((flaw) => flaw !== false)
}

/** Asks Redis for what `findRedisFlaws` reads. @throws what the client throws when it is away */
export async function askRedis(redis: Redis): Promise<RedisAnswers> {
  const [info, config] = await Promise.all([redis.info(), askConfig(redis)])
  return { info, config }
}

/** Told at a start; the others are for who asks how good it could be. */
const TOLD: ReadonlySet<RedisFlawCode> = new Set([
  'old_version',
  'evicts',
  'not_persistent',
  'writes_fail',
])

/**
 * A line in the log for what is wrong, each once: at the first connection, and at later ones, as another primary may
 * be set up otherwise. Asks nothing but INFO.
 */
export function tellRedisFlaws(redis: Redis, log: Logger): void {
  const told = new Set<RedisFlawCode>()
  const look = async () => {
    for (const { code, found, advice } of findRedisFlaws({
      info: await redis.info(),
      config: null,
    })) {
      if (told.has(code) || !TOLD.has(code)) continue
      told.add(code)
      log.warn({ flaw: code, advice }, `Redis is not set up to hold jobs: ${found}`)
    }
  }
  // away: it tells of that itself, and is asked when it is back
  const onReady = () => void look().catch(() => undefined)
  redis.on('ready', onReady)
  if (redis.status === 'ready') onReady()
}

const ASKED = ['maxmemory-policy', 'appendonly', 'appendfsync', 'min-replicas-to-write'] as const

async function askConfig(redis: Redis): Promise<Record<string, string> | null> {
  try {
    const answers = await Promise.all(ASKED.map((name) => redis.config('GET', name)))
    return Object.fromEntries(
      answers.flatMap((answer) => {
        const [name, value] = Array.isArray(answer) ? answer.map(String) : []
        return name === undefined || value === undefined ? [] : [[name, value]]
      }),
    )
  } catch {
    return null
  }
}

function parseInfo(info: string): Map<string, string> {
  return new Map(
    info.split(/\r?\n/).flatMap((line) => {
      const [, name, value] = /^(\w+):(.*)$/.exec(line) ?? []
      return name === undefined || value === undefined ? [] : [[name, value] as const]
    }),
  )
}

function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major === 0) return false
  return major < OLDEST_VERSION[0] || (major === OLDEST_VERSION[0] && minor < OLDEST_VERSION[1])
}
