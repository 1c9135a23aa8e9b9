import { BlobStoreFailed } from '@safelight/assets'
import { RedisNearlyFull, RedisUnavailable } from '@safelight/store'
import { ApiError } from '@safelight/shared'
import { expect, it } from 'vitest'
import { toApiError } from './envelope.ts'
import { toFaultLine } from './fault-line.ts'

const lineOf = (cause: unknown) =>
  toFaultLine(toApiError(cause), { cause, method: 'GET', path: '/api/v2/jobs' })
const failed = (name: string) => new BlobStoreFailed('read', Object.assign(new Error(), { name }))
const refused = (message: string) =>
  new RedisUnavailable(Object.assign(new Error(message), { name: 'ReplyError' }), 'read_only')

it('is alike for the same fault only: one store that fails in two ways has two lines', () => {
  const [late, again, denied] = ['TimeoutError', 'TimeoutError', 'AccessDenied'].map((name) =>
    lineOf(failed(name)),
  )
  expect(late?.alike).toBe(again?.alike)
  expect(late?.alike).toBeDefined()
  expect(denied?.alike).not.toBe(late?.alike)
  expect([late?.fields['reason'], denied?.fields['reason']]).toEqual([
    'TimeoutError',
    'AccessDenied',
  ])
  const [disk, replica] = [refused('MISCONF Errors writing'), refused("READONLY You can't write")]
  expect(lineOf(disk).alike).not.toBe(lineOf(replica).alike)
  expect(lineOf(disk).fields['reason']).toBe('read_only')
  // what it says of one request is no fault of its own
  expect(lineOf(refused('MISCONF Errors writing to 1')).alike).toBe(lineOf(disk).alike)
})

it('is one of its own where a job may have come of it, or where nobody knows what it is', () => {
  const accepted = new ApiError('unavailable', 'm', { details: { maybe_accepted: true } })
  expect([lineOf(accepted).alike, lineOf(new TypeError('x')).alike]).toEqual([undefined, undefined])
})

it('is an error, but for what was decided by us', () => {
  const nearly = new RedisNearlyFull({ percent: 91, highWaterPercent: 90 })
  expect([lineOf(nearly).level, lineOf(failed('AccessDenied')).level]).toEqual(['warn', 'error'])
})
