import { describe, expect, it } from 'vitest'
import { redisUrl } from './config-fields.ts'
import { isTlsUrl, parseSentinelUrl } from './redis-url.ts'

describe('a url with Sentinels', () => {
  it('names them, the primary, and who asks', () => {
    expect(
      parseSentinelUrl(
        'redis+sentinel://app:p%40ss:word@s1:26379,s2,[::1]:5000/mymaster?db=2&sentinelUsername=watch&sentinelPassword=s%26cret',
      ),
    ).toEqual({
      sentinels: [
        { host: 's1', port: 26379 },
        { host: 's2', port: 26379 },
        { host: '::1', port: 5000 },
      ],
      master: 'mymaster',
      username: 'app',
      password: 'p@ss:word',
      db: 2,
      sentinelUsername: 'watch',
      sentinelPassword: 's&cret',
      tls: false,
    })
  })

  it('may have a password alone, and TLS', () => {
    expect(parseSentinelUrl('rediss+sentinel://:secret@s1/queue')).toMatchObject({
      username: null,
      password: 'secret',
      db: 0,
      sentinelPassword: null,
      tls: true,
    })
    expect(isTlsUrl('rediss+sentinel://s1/queue')).toBe(true)
    expect(isTlsUrl('redis+sentinel://s1/queue')).toBe(false)
  })

  it.each([
    'redis+sentinel://s1:26379,s2:26379',
    'redis+sentinel://s1:26379/',
    'redis+sentinel:///mymaster',
    'redis+sentinel://s1:port/mymaster',
    'redis+sentinel://s1,,s2/mymaster',
    'redis+sentinel://s1/mymaster?db=x',
    'redis+sentinel://s1/mymaster?sentinel_password=x',
    'redis+sentinel://%zz@s1/mymaster',
    'redis://s1:26379,s2:26379/mymaster',
    'sentinel://s1/mymaster',
  ])('is refused when it is %s', (url) => {
    expect(redisUrl().safeParse(url).success).toBe(false)
  })
})

it.each(['redis://127.0.0.1:6379', 'rediss://user:pass@redis.example:6380/3'])(
  'takes %s as it is',
  (url) => {
    expect(redisUrl().parse(url)).toBe(url)
    expect(parseSentinelUrl(url)).toBeNull()
  },
)
