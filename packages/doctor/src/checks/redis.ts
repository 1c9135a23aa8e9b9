/** Whether Redis is there, is set up to hold jobs, answers soon, has room, and lets us do what we do. */
import { randomUUID } from 'node:crypto'
import { askRedis, closeRedis, createKeys, findRedisFlaws, replyCode } from '@safelight/store'
import type { Redis } from 'ioredis'
import { type Check, fail, type Finding, ok, toWord, warn } from '../check.ts'
import { lookAtPools, type PoolsOptions } from './pools.ts'
import { type GrowthOptions, lookAtGrowth, lookAtMemory } from './redis-memory.ts'

export interface RedisCheckOptions extends GrowthOptions, PoolsOptions {
  /** Opens a client that fails fast. */
  open: () => Redis
  /** What else is to be asked of it. */
  more?: readonly { name: string; look: (redis: Redis) => Promise<Finding[]> }[]
}

type Look = [name: string, look: () => Promise<Finding[]>]

const PINGS = 50
/** The first ones find everything cold. */
const WARM_UP = 5
/** A job asks for a hundred things and more. */
const SLOW = { p50: 5, p99: 100 }
const TOO_SLOW = { p50: 100, p99: 1_000 }
const CLOCK_MS = 2_000

export function redisCheck(options: RedisCheckOptions): Check {
  return {
    name: 'redis',
    async run(signal) {
      const redis = options.open()
      try {
        const problem = await whenUp(redis, signal)
        if (problem !== null) return [notThere(problem)]
        const looks: Look[] = [
          ['redis latency', () => lookAtLatency(redis, signal)],
          ['redis setup', () => lookAtSetup(redis)],
          ['redis memory', () => lookAtMemory(redis, options.highWaterPercent)],
          ['redis growth', () => lookAtGrowth(redis, options)],
          ['redis clock', () => lookAtClock(redis)],
          ['pools', () => lookAtPools(redis, options)],
          ...(options.more ?? []).map(({ name, look }): Look => [name, () => look(redis)]),
          // the last: whoever listens on a connection may ask nothing more there
          ['redis rights', () => lookAtRights(redis, options.namespace)],
        ]
        const findings: Finding[] = []
        for (const look of looks) findings.push(...(await allowed(look)))
        return findings
      } finally {
        await closeRedis(redis)
      }
    },
  }
}

/** A user that may run jobs need not be one that may ask how Redis is. */
async function allowed([name, look]: Look): Promise<Finding[]> {
  try {
    return await look()
  } catch (error) {
    if (replyCode(error) !== 'NOPERM') throw error
    const advice = 'ask with a user who may, or look there yourself'
    return [warn(name, { found: 'we may not ask for it', advice })]
  }
}

/** @returns what is wrong, or null once it can be asked */
async function whenUp(redis: Redis, signal: AbortSignal): Promise<string | null> {
  if (redis.status === 'ready') return null
  return new Promise((resolve) => {
    redis.once('ready', () => resolve(null))
    // of those that follow each other the first says most
    redis.once('error', (error) => resolve(replyCode(error) ?? toWord(error)))
    signal.addEventListener('abort', () => resolve('timeout'), { once: true })
  })
}

function notThere(problem: string): Finding {
  const isDenied = ['NOAUTH', 'WRONGPASS', 'NOPERM'].includes(problem)
  const advice = isDenied
    ? 'put the user and password of this deployment into REDIS_URL'
    : 'see whether it runs, and whether REDIS_URL leads to it from here'
  const found = isDenied ? 'does not accept our credentials' : 'cannot be reached'
  return fail('redis', { found: `${found} (${problem})`, advice })
}

async function lookAtSetup(redis: Redis): Promise<Finding[]> {
  const answers = await askRedis(redis)
  const read = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(answers.info)?.[1]
  const role =
    read('role') === 'slave' ? 'a replica' : `primary, ${read('connected_slaves') ?? 0} replicas`
  const flaws = findRedisFlaws(answers)
  return [
    ok('redis', `${read('redis_version') ?? 'unknown version'}, ${role}`),
    ...flaws.map(({ level, found, advice }) => ({
      check: 'redis setup',
      verdict: level,
      found,
      advice,
    })),
    ...(flaws.length === 0 ? [ok('redis setup', 'is fit to hold jobs')] : []),
  ]
}

async function lookAtLatency(redis: Redis, signal: AbortSignal): Promise<Finding[]> {
  const times: number[] = []
  for (let n = 0; n < WARM_UP + PINGS && !signal.aborted; n += 1) {
    const at = performance.now()
    await redis.ping()
    if (n >= WARM_UP) times.push(performance.now() - at)
  }
  times.sort((one, other) => one - other)
  const at = (share: number) => times[Math.floor(share * (times.length - 1))] ?? 0
  const [p50, p99] = [at(0.5), at(0.99)]
  const isOver = (limit: { p50: number; p99: number }) => p50 >= limit.p50 || p99 >= limit.p99
  const found = `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms of ${times.length} pings`
  const advice = 'keep it close to the API and the workers, on a machine that does not swap'
  if (isOver(TOO_SLOW)) return [fail('redis latency', { found, advice })]
  return [isOver(SLOW) ? warn('redis latency', { found, advice }) : ok('redis latency', found)]
}

/** What we write down is Redis' time; what logs say is the machine's. */
async function lookAtClock(redis: Redis): Promise<Finding[]> {
  const before = Date.now()
  const [seconds, micros] = await redis.time()
  const here = (before + Date.now()) / 2
  const apart = Number(seconds) * 1_000 + Number(micros) / 1_000 - here
  const found = `${Math.abs(apart / 1_000).toFixed(1)} s ${apart < 0 ? 'behind' : 'ahead of'} this machine`
  if (Math.abs(apart) < CLOCK_MS) return [ok('redis clock', 'goes as that of this machine')]
  const advice = 'let both follow a time server: lines of the log cannot be compared'
  return [warn('redis clock', { found, advice })]
}

/** One of each kind of command, within our keys; they are refused inside a script as they are outside. */
const RIGHTS = `
local key, refused = KEYS[1], {}
local function try(...)
  local reply = redis.pcall(...)
  if type(reply) == 'table' and reply.err and (reply.err:find('NOPERM') or reply.err:find("can't run this command")) then
    table.insert(refused, (...))
  end
end
try('TIME') try('DEL', key)
try('HSET', key, 'a', '1') try('HGETALL', key) try('DEL', key)
try('ZADD', key, 1, 'a') try('ZRANGE', key, 0, -1) try('DEL', key)
try('SADD', key, 'a') try('SMEMBERS', key) try('DEL', key)
try('LPUSH', key, 'a') try('LRANGE', key, 0, -1) try('DEL', key)
try('XADD', key, '0-1', 'a', '1') try('XRANGE', key, '-', '+') try('DEL', key)
try('SET', key, '1') try('GET', key) try('PEXPIRE', key, 1000) try('DEL', key)
try('PUBLISH', key, 'a')
return refused
`

async function lookAtRights(redis: Redis, namespace: string): Promise<Finding[]> {
  const advice = 'give the user the commands and keys that docs/redis.md lists'
  const key = `${createKeys(namespace).prefix}doctor:${randomUUID()}`
  try {
    const refused: unknown = await redis.eval(RIGHTS, 1, key)
    const names = Array.isArray(refused) ? [...new Set(refused.map(String))] : []
    if (names.length > 0) {
      return [fail('redis rights', { found: `we may not: ${names.join(', ')}`, advice })]
    }
    await redis.subscribe(key)
    await redis.unsubscribe(key)
    return [ok('redis rights', 'we may do what we do')]
  } catch (error) {
    const found = `we may not do what we do (${replyCode(error) ?? toWord(error)})`
    return [fail('redis rights', { found, advice })]
  }
}
