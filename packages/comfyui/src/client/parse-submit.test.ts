import { describe, expect, it } from 'vitest'
import { boundProblems } from '../failure/bound-problems.ts'
import { parseAccepted, parseRefusal } from './parse-submit.ts'

const refused = (errors: unknown[]) =>
  parseRefusal({
    error: { type: 'prompt_outputs_failed_validation', message: 'm', details: '', extra_info: {} },
    node_errors: { '1': { class_type: 'StartLoop', dependent_outputs: ['9'], errors } },
  })

describe('what newer hosts say of a graph they refuse', () => {
  it.each([
    [
      'a node without an input to blame',
      {
        type: 'custom_validation_failed',
        message: 'Custom validation failed for node',
        details: 'No image was chosen',
        extra_info: {},
      },
    ],
    [
      'an input that its node makes as it needs',
      {
        type: 'invalid_dynamic_input',
        message: 'Invalid dynamic input',
        details: 'mode.num_iterations',
        extra_info: { input_name: 'mode.num_iterations' },
      },
    ],
    [
      'the boundary of a loop',
      {
        type: 'custom_validation_failed',
        message: 'Custom validation failed for node',
        details: 'loop boundary - A loop has no end',
        extra_info: {
          input_name: 'loop boundary',
          loop_error_type: 'loop_start_without_end',
          node_ids: ['1', '2'],
          output_ids: ['9'],
        },
      },
    ],
  ])('is kept as it says it: %s', (_, problem) => {
    const nodeErrors = refused([problem])?.nodeErrors ?? {}
    expect(nodeErrors['1']?.errors).toEqual([problem])
    expect(boundProblems(nodeErrors).nodeErrors['1']?.errors).toEqual([problem])
  })

  it('is kept where something is missing', () => {
    expect(refused([{ type: 'custom_validation_failed' }])?.nodeErrors['1']?.errors).toEqual([
      { type: 'custom_validation_failed', message: '', details: '', extra_info: {} },
    ])
  })
})

it('reads an answer that says more than it used to', () => {
  const answer = { prompt_id: 'p', number: 3, node_errors: [], workflow_metadata: {}, new: 1 }
  expect(parseAccepted(answer)).toEqual({ promptId: 'p', number: 3, nodeErrors: {} })
})
