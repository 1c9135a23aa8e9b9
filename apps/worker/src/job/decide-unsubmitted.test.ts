import { HostError, NotSubmitted } from '@safelight/comfyui'
import { RedisUnavailable } from '@safelight/store'
import { describe, expect, it } from 'vitest'
import { InputMissing, InputTooLarge } from '../inputs/errors.ts'
import { decideAfterError } from './decide-job.ts'

const facts = { stop: null, storePauseMs: 1_000 }

describe('what came to nothing before it was submitted', () => {
  it('is given up with nothing left behind when the host went away before it was submitted', () => {
    const error = new NotSubmitted(new HostError('timeout', 'no'))
    expect(decideAfterError(error, facts)).toMatchObject({
      action: 'give_up',
      cause: 'host_unavailable',
      orphaned: false,
    })
    expect(decideAfterError(error, { ...facts, stop: 'cancel' })).toEqual({
      action: 'cancel',
      confirmed: true,
    })
    expect(decideAfterError(new NotSubmitted(new RedisUnavailable(null)), facts)).toMatchObject({
      action: 'hand_back',
    })
  })

  it.each([
    ['missing_asset', new InputMissing('a1')],
    ['input_too_large', new InputTooLarge('a1', 9)],
  ])('fails as %s when the host cannot be given what it needs', (code, cause) => {
    expect(decideAfterError(new NotSubmitted(cause), facts)).toMatchObject({
      action: 'fail',
      error: { code, message: expect.stringContaining('a1') },
    })
  })
})
