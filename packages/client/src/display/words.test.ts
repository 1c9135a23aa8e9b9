import { JOB_ERROR_CODES, type JobError } from '@safelight/shared'
import { describe, expect, it } from 'vitest'
import { RequestError } from '../errors.ts'
import { connectedOf, progressOf, snapshotOf, T0, updateOf } from '../testing/jobs.ts'
import type { JobUpdate } from '../types.ts'
import { toJobDisplay } from './job-display.ts'
import { toJobFailure } from './failure.ts'
import { toMilestone } from './announce.ts'
import { toWatchFailure } from './failure.ts'
import { toValueText } from './announce.ts'

const failed = (error: JobError | null) => toJobFailure(snapshotOf({ status: 'failed', error }))

describe('a failure', () => {
  it.each(JOB_ERROR_CODES)('has a sentence for %s', (code) => {
    const failure = failed({ code, message: 'as the host said' })
    expect(failure?.summary).toMatch(/^[A-Z].*\.$/)
    expect(failure?.summary).not.toContain(code)
  })

  it('names the node, and keeps what the host said', () => {
    const error: JobError = {
      code: 'node_execution_error',
      message: 'CUDA error: an illegal memory access',
      class_type: 'VAEDecode',
    }
    expect(failed(error)).toEqual({
      summary: 'The node VAEDecode failed.',
      detail: 'CUDA error: an illegal memory access',
    })
    expect(failed({ ...error, class_type: null })?.summary).toBe('A node failed.')
  })

  it('does not say the same twice', () => {
    expect(failed({ code: 'timeout', message: 'The job was stopped.' })?.detail).toBeNull()
    expect(failed({ code: 'invalid_workflow', message: ' ' })?.detail).toBeNull()
  })

  it('has words without an error, and for a code of a newer server', () => {
    expect(failed(null)?.summary).toBe('It failed, and nobody said why.')
    const unknown = JSON.parse('{"code":"meteorite","message":"hit"}') as JobError
    expect(failed(unknown)).toEqual({ summary: 'It failed.', detail: 'hit' })
  })

  it('is also that a job expired, and nothing else', () => {
    expect(toJobFailure(snapshotOf({ status: 'expired' }))?.summary).toContain('deadline')
    const error: JobError = { code: 'internal', message: 'earlier attempt' }
    for (const status of ['running', 'queued', 'succeeded', 'canceled'] as const) {
      expect(toJobFailure(snapshotOf({ status, error }))).toBeNull()
    }
  })
})

describe('a problem', () => {
  it('is told by its code', () => {
    const words = toWatchFailure(new RequestError('not_found', 'job 1 not found'))
    expect(words).toEqual({
      summary: 'There is no such job, or it is no longer kept.',
      detail: null,
    })
  })

  it('has words for any error', () => {
    expect(toWatchFailure(new Error('boom'))).toEqual({
      summary: 'This job cannot be watched any more.',
      detail: 'boom',
    })
  })
})

describe('a milestone', () => {
  const at = (update: JobUpdate | null) => toJobDisplay(update, { now: T0 })
  const percent = (value: number) => at(updateOf({ progress: progressOf({ value }) }))

  it('is every quarter, once', () => {
    expect(toMilestone(percent(0.1), percent(0.24))).toBeNull()
    expect(toMilestone(percent(0.24), percent(0.26))).toBe('25 percent')
    expect(toMilestone(percent(0.26), percent(0.49))).toBeNull()
    expect(toMilestone(percent(0.26), percent(0.81))).toBe('75 percent')
  })

  it('is another badge, and not another place in line', () => {
    const queued = (queuePosition: number) =>
      at(updateOf({ status: 'queued', phase: null }, { queuePosition }))
    expect(toMilestone(at(null), queued(2))).toBe('Queued. 2 jobs ahead')
    expect(toMilestone(queued(2), queued(1))).toBeNull()
    expect(toMilestone(queued(1), at(updateOf({ progress: connectedOf() })))).toBe('Connected')
    expect(toMilestone(at(null), percent(0.6))).toBe('Node, 60 percent')
  })

  it('is the end, with the reason', () => {
    const error: JobError = { code: 'out_of_memory', message: 'oom' }
    expect(toMilestone(percent(0.6), at(updateOf({ status: 'failed', error })))).toBe(
      'Failed. The host ran out of memory. A smaller picture may fit.',
    )
    expect(toMilestone(percent(0.6), at(updateOf({ status: 'succeeded' })))).toBe('Complete')
  })

  it('says of which image it is', () => {
    const metadata = { batch_index: 2, batch_count: 4 }
    expect(toMilestone(percent(0.6), at(updateOf({ metadata, status: 'succeeded' })))).toBe(
      'Image 2 of 4: Complete',
    )
  })
})

describe('the value in words', () => {
  it('says all three levels', () => {
    const display = toJobDisplay(updateOf({ progress: progressOf() }), { now: T0 })
    expect(toValueText(display)).toBe(
      '42 percent, Node, step 8 of 20, Sampler (KSampler) 8/20, about 30 s left',
    )
  })

  it('leaves out what is not known', () => {
    expect(toValueText(toJobDisplay(null, { now: T0 }))).toBe('Connecting')
  })
})
