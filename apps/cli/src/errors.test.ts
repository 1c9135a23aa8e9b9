/** What people read when something is wrong. */
import { RequestError } from '@safelight/client'
import { describe, expect, it } from 'vitest'
import { FileError, toErrorLines, toExitCode, toJobErrorLines, UsageError } from './errors.ts'

const URL = 'http://gpu:8080'
const node_errors = {
  '3': {
    class_type: 'KSampler',
    errors: [
      {
        type: 'value_smaller_than_min',
        message: 'Value 0 smaller than min of 1',
        details: 'steps',
      },
      { type: 'x', message: "Input 'model' is missing", details: 'model' },
    ],
  },
  '4': null,
}

describe('a request that failed', () => {
  it('is one line with its code', () => {
    expect(toErrorLines(new RequestError('queue_full', 'The queue is full.'), URL)).toEqual([
      'safelight: The queue is full (queue_full)',
    ])
    expect(toErrorLines(new RequestError('unreachable', 'x'), URL)).toEqual([
      'safelight: nothing answers at http://gpu:8080; start a server with `npm run dev`, or name yours with --url (unreachable)',
    ])
    expect(toErrorLines(new RequestError('unauthorized', 'x'), URL)[0]).toContain('SAFELIGHT_TOKEN')
  })

  it('says what is wrong with a workflow, node by node', () => {
    const error = new RequestError('invalid_workflow', 'x', { details: { node_errors } })
    expect(toErrorLines(error, URL, 'portrait: ')).toEqual([
      'safelight: portrait: the workflow is invalid (invalid_workflow)',
      '  node 3 KSampler: Value 0 smaller than min of 1 (steps)',
      "  node 3 KSampler: Input 'model' is missing",
    ])
    const noFile = {
      type: 'custom_validation_failed',
      message: 'Custom validation failed for node',
      details: 'image - Invalid image file: photo.png',
      extra_info: { input_name: 'image' },
    }
    const details = { node_errors: { '10': { class_type: 'LoadImage', errors: [noFile] } } }
    expect(toErrorLines(new RequestError('invalid_workflow', 'x', { details }), URL)[1]).toBe(
      '  node 10 LoadImage: Custom validation failed for node (image - Invalid image file: photo.png); yours: --input 10.image=PATH',
    )
    const bare = new RequestError('invalid_workflow', 'The workflow is empty.')
    expect(toErrorLines(bare, URL)).toEqual([
      'safelight: The workflow is empty. (invalid_workflow)',
    ])
  })
})

it('is told of a job with its node and its code, on one line that acts on nothing', () => {
  const error = {
    code: 'out_of_memory' as const,
    message: 'CUDA\n\u001B[31mout',
    node_id: '3',
    class_type: 'KSampler',
  }
  expect(toJobErrorLines('sea (3f2a)', { status: 'failed', error })).toEqual([
    'safelight: sea (3f2a) failed in node 3 KSampler: CUDA [31mout (out_of_memory)',
  ])
  expect(toJobErrorLines('sea', { status: 'expired', error: null })).toEqual([
    'safelight: sea expired',
  ])
})

it('is one line whatever was thrown', () => {
  for (const thrown of [new Error('a\nb'), 'a b', { toString: () => 'a b' }]) {
    expect(toErrorLines(thrown, URL)).toEqual(['safelight: a b'])
  }
})

it('has an exit code', () => {
  const errors = [new UsageError(''), new FileError(''), new RequestError('forbidden', ''), null]
  expect(errors.map(toExitCode)).toEqual([2, 2, 3, 1])
})
