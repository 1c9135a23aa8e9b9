/** A user of the run's Redis, for the length of one test. */
import { randomUUID } from 'node:crypto'
import { inject, onTestFinished } from 'vitest'
import { openClient } from './test-store.ts'

export interface RedisUser {
  /** This address of the Redis, with the user and the password that it had at first. */
  urlOf: (url: string) => string
  /** Changes its rules; it may do all at first. */
  acl: (...rules: string[]) => Promise<unknown>
  /** Ends its connections. */
  cut: () => Promise<unknown>
}

export async function openRedisUser(
  skip: (why: string) => void,
  password: string,
): Promise<RedisUser> {
  if (inject('redisKind') !== 'process') skip('this needs a redis-server with users')
  const name = `u-${randomUUID()}`
  const admin = await openClient('worker')
  const acl = (...rules: string[]) => admin.call('ACL', 'SETUSER', name, ...rules)
  onTestFinished(async () => void (await admin.call('ACL', 'DELUSER', name)))
  await acl('on', `>${password}`, '~*', '&*', '+@all')
  return {
    urlOf: (url) => url.replace('//', `//${name}:${password}@`),
    acl,
    cut: () => admin.call('CLIENT', 'KILL', 'USER', name),
  }
}
