import { expect, it } from 'vitest'
import { ask, isRefusedForNow, levelOf, RedisUnavailable, replyCode } from './redis-unavailable.ts'

function reply(message: string, extra: object = {}): Error {
  return Object.assign(new Error(message), { name: 'ReplyError' }, extra)
}
async function failureOf(cause: unknown): Promise<unknown> {
  const fail = async () => {
    throw cause
  }
  try {
    return await ask(fail())
  } catch (failure) {
    return failure
  }
}

it.each([
  ['OOM command not allowed when used memory > ', 'full'],
  [
    "OOM command not allowed when used memory > 'maxmemory'. script: 1f, on @user_script:5.",
    'full',
  ],
  [
    'ERR Error running script (call to f_1f): @user_script:5: @user_script: 5: -OOM command not allowed when',
    'full',
  ],
  ["READONLY You can't write against a read only replica.", 'read_only'],
  ['MISCONF Redis is configured to save RDB snapshots, but', 'read_only'],
  ['NOREPLICAS Not enough good replicas to write.', 'read_only'],
  ['LOADING Redis is loading the dataset in memory', 'loading'],
  ['MASTERDOWN Link with MASTER is down', 'away'],
  ['NOAUTH Authentication required.', 'denied'],
  ['WRONGPASS invalid username-password pair or user is disabled.', 'denied'],
  ["NOPERM this user has no permissions to run the 'get' command", 'denied'],
  [
    "EXECABORT Transaction discarded because of: NOPERM this user has no permissions to run the 'exec' command",
    'denied',
  ],
  ["ERR The user executing the script can't run this command or subcommand script: d", 'denied'],
  ["ERR The user executing the script can't access at least one of the keys mentioned", 'denied'],
  ['ERR Error running script (call to f_1f): @user_script:5: -NOPERM this user has no', 'denied'],
])('is unavailable, and why: %s', async (message, reason) => {
  const failure = await failureOf(reply(message))
  expect(failure).toBeInstanceOf(RedisUnavailable)
  expect(failure).toMatchObject({ code: 'unavailable', reason })
})

it('is away when there was no reply', async () => {
  expect(await failureOf(new Error('Connection is closed.'))).toMatchObject({ reason: 'away' })
})

it('names the refusal that made a transaction fail', async () => {
  const refused = reply('LOADING Redis is loading the dataset in memory')
  const aborted = reply('EXECABORT Transaction discarded because of previous errors.', {
    previousErrors: [refused],
  })
  expect(await failureOf(aborted)).toMatchObject({ reason: 'loading' })
  expect(await failureOf(reply('EXECABORT Transaction discarded'))).toMatchObject({
    reason: 'away',
  })
})

it('leaves our own mistakes as they are', async () => {
  const mistake = reply('WRONGTYPE Operation against a key holding the wrong kind of value')
  expect(await failureOf(mistake)).toBe(mistake)
  expect(replyCode(mistake)).toBe('WRONGTYPE')
  // and is told wherever it shows, while an outage is told once, by the client
  expect([isRefusedForNow(mistake), levelOf(mistake)]).toEqual([false, 'warn'])
  expect(isRefusedForNow(reply('READONLY You can not'))).toBe(true)
  expect(isRefusedForNow(new TypeError('x is not a function'))).toBe(false)
  expect(levelOf(await failureOf(new Error('Connection is closed.')))).toBe('debug')
})
