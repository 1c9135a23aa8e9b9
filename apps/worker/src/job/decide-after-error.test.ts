import { HostError, NotSubmitted, PromptRejected } from '@safelight/comfyui'
import { RedisUnavailable } from '@safelight/store'
import { describe, expect, it } from 'vitest'
import { InputMissing, InputTooLarge } from '../inputs/errors.ts'
import { OutputMissing } from '../outputs/errors.ts'
import { ClaimLost } from './claim-check.ts'
import { decideAfterError as decideAfterErrorOf, type StopFacts } from './decide-job.ts'

const facts: StopFacts = { stop: null }
const decideAfterError = (error: unknown, { stop }: StopFacts) =>
  decideAfterErrorOf(error, { stop, storePauseMs: 1_000 })

describe('something thrown', () => {
  it('fails without retry when the host refused the workflow, with its node errors', () => {
    const nodeErrors = { '3': { class_type: 'KSampler', dependent_outputs: ['9'], errors: [] } }
    const refused = new PromptRejected('prompt_outputs_failed_validation', 'no', nodeErrors)
    expect(decideAfterError(refused, facts)).toMatchObject({
      action: 'fail',
      error: { code: 'invalid_workflow', details: { node_errors: nodeErrors } },
    })
  })

  it('is given up when the host could not be reached, and its prompt may be there still', () => {
    const error = new HostError('unreachable', 'no')
    expect(decideAfterError(error, facts)).toMatchObject({
      action: 'give_up',
      cause: 'host_unavailable',
      orphaned: true,
    })
  })

  it('is never the end of a job when it is the store that is in trouble', () => {
    expect(decideAfterError(new RedisUnavailable(null), facts)).toEqual({
      action: 'hand_back',
      delayMs: 1_000,
    })
  })

  it('means that the claim is lost when its check says so, whatever was asked', () => {
    expect(decideAfterError(new ClaimLost(), { stop: 'cancel' })).toEqual({ action: 'claim_lost' })
  })

  it('fails as output_missing when an output cannot be fetched', () => {
    expect(decideAfterError(new OutputMissing('not_found', 'gone'), facts)).toMatchObject({
      action: 'fail',
      error: { code: 'output_missing', message: 'gone' },
    })
  })

  it('is tried again where the outputs are when they are only out of reach', () => {
    expect(decideAfterError(new OutputMissing('unreachable', 'gone'), facts)).toMatchObject({
      action: 'give_up',
      orphaned: true,
      error: { code: 'output_missing' },
    })
  })

  it('is given up with nothing left behind when the host went away before it was submitted', () => {
    const error = new NotSubmitted(new HostError('timeout', 'no'))
    expect(decideAfterError(error, facts)).toMatchObject({
      action: 'give_up',
      cause: 'host_unavailable',
      orphaned: false,
    })
    expect(decideAfterError(error, { stop: 'cancel' })).toEqual({
      action: 'cancel',
      confirmed: true,
    })
    expect(decideAfterError(new NotSubmitted(new RedisUnavailable(null)), facts)).toMatchObject({
      action: 'hand_back',
    })
  })

  it.each([
    ['missing_asset', new InputMissing('a1', 'bytes')],
    ['input_too_large', new InputTooLarge('a1', 9)],
  ])('fails as %s when the host cannot be given what it needs', (code, cause) => {
    expect(decideAfterError(new NotSubmitted(cause), facts)).toMatchObject({
      action: 'fail',
      error: { code, message: expect.stringContaining('a1') },
    })
  })

  it('says nothing of an unexpected error', () => {
    const decision = decideAfterError(new Error('password in /etc/secret'), facts)
    expect(decision).toMatchObject({ cause: 'internal', error: { code: 'internal' } })
    expect(JSON.stringify(decision)).not.toContain('secret')
  })

  it('follows the reason to stop rather than what the abort made of the call', () => {
    const error = new HostError('unreachable', 'aborted')
    expect(decideAfterError(error, { stop: 'cancel' })).toEqual({
      action: 'cancel',
      confirmed: false,
    })
    expect(decideAfterError('x', { stop: 'cancel' })).toEqual({ action: 'cancel', confirmed: true })
    expect(decideAfterError('shutdown', { ...facts, stop: 'shutdown' })).toEqual({
      action: 'hand_back',
      delayMs: 0,
    })
    expect(decideAfterError('x', { ...facts, stop: 'claim-lost' })).toEqual({
      action: 'claim_lost',
    })
  })
})
