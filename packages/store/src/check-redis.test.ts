import { describe, expect, it } from 'vitest'
import { findRedisFlaws } from './check-redis.ts'

/** As INFO of a Redis that is set up well says it. */
const INFO = {
  redis_version: '7.0.15',
  maxmemory: '1073741824',
  maxmemory_policy: 'noeviction',
  rdb_last_bgsave_status: 'ok',
  aof_enabled: '1',
  aof_last_write_status: 'ok',
  role: 'master',
}

const infoOf = (changes: Partial<Record<keyof typeof INFO, string>> = {}) =>
  Object.entries({ ...INFO, ...changes })
    .map(([name, value]) => `${name}:${value}\r\n`)
    .join('# Section\r\n')

const codesOf = (...args: Parameters<typeof findRedisFlaws>) =>
  findRedisFlaws(...args).map(({ code, level }) => `${level} ${code}`)

describe('a Redis', () => {
  it('that is set up well has no flaw', () => {
    expect(findRedisFlaws({ info: infoOf(), config: null })).toEqual([])
  })

  it.each([
    [{ redis_version: '6.0.16' }, 'fail old_version'],
    [{ maxmemory_policy: 'allkeys-lru' }, 'fail evicts'],
    [{ aof_enabled: '0' }, 'warn not_persistent'],
    [{ maxmemory: '0' }, 'warn no_memory_limit'],
    [{ role: 'slave' }, 'fail is_replica'],
    [{ aof_last_write_status: 'err' }, 'fail writes_fail'],
    [{ rdb_last_bgsave_status: 'err' }, 'fail writes_fail'],
  ])('that says %j is told what it lacks', (changes, flaw) => {
    expect(codesOf({ info: infoOf(changes), config: null })).toEqual([flaw])
  })

  it.each(['6.2.0', '7.4.1', '8.0.0', '10.1'])('of version %s is new enough', (redis_version) => {
    expect(codesOf({ info: infoOf({ redis_version }), config: null })).toEqual([])
  })

  it('is believed in what it says of its configuration, before INFO', () => {
    const info = infoOf({ maxmemory_policy: 'noeviction', aof_enabled: '1' })
    const config = { 'maxmemory-policy': 'volatile-lru', appendonly: 'no' }
    expect(codesOf({ info, config })).toEqual(['fail evicts', 'warn not_persistent'])
  })

  it('that says nothing of it, as some services do not, is not accused', () => {
    expect(findRedisFlaws({ info: 'redis_version:7.2.4\r\n', config: null })).toEqual([])
  })

  it('is told what to do', () => {
    const [flaw] = findRedisFlaws({
      info: infoOf({ maxmemory_policy: 'allkeys-lru' }),
      config: null,
    })
    expect(flaw?.found).toContain('allkeys-lru')
    expect(flaw?.advice).toContain('noeviction')
  })
})
