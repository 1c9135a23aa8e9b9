import { RequestError } from '@safelight/client'
import { describe, expect, it } from 'vitest'
import { explainRefusal } from './explain-refusal.ts'
import { findFields } from './find-fields.ts'

const fields = findFields({
  '4': { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'gone.safetensors' } },
  '5': { class_type: 'EmptyLatentImage', inputs: { width: 512, height: 7 } },
})

describe('a refused workflow', () => {
  it('is explained at the fields it is about, and by node for the rest', () => {
    const error = refused({
      '4': problem('CheckpointLoaderSimple', {
        message: 'Value not in list',
        details: "ckpt_name: 'gone.safetensors' not in []",
        extra_info: { input_name: 'ckpt_name' },
      }),
      '5': problem('EmptyLatentImage', {
        message: 'Value 7 smaller than min of 16',
        details: 'height',
        extra_info: { input_name: 'height' },
      }),
      '9': problem('NoSuchNode', { message: "No host has a node 'NoSuchNode'.", details: '' }),
    })
    expect(explainRefusal(error, fields)).toEqual({
      title: 'This workflow cannot run',
      explanation: 'It was refused before anything ran.',
      byField: {
        '4.ckpt_name': "Value not in list: ckpt_name: 'gone.safetensors' not in []",
        '5.width': 'height: Value 7 smaller than min of 16',
      },
      elsewhere: [{ node: 'NoSuchNode (9)', problem: "No host has a node 'NoSuchNode'." }],
    })
  })

  it('is explained by node where newer hosts name no input, or one that is no field', () => {
    const error = refused({
      '4': problem('LoadImage', {
        message: 'Custom validation failed for node',
        details: 'No image was chosen',
        extra_info: {},
      }),
      '5': problem('StartLoop', {
        message: 'Invalid dynamic input',
        details: 'mode.num_iterations',
        extra_info: { input_name: 'mode.num_iterations' },
      }),
    })
    expect(explainRefusal(error, fields)).toMatchObject({
      byField: {},
      elsewhere: [
        {
          node: 'LoadImage (4)',
          problem: 'Custom validation failed for node: No image was chosen',
        },
        { node: 'StartLoop (5)', problem: 'mode.num_iterations: Invalid dynamic input' },
      ],
    })
  })

  it('takes details of any shape', () => {
    for (const details of [
      null,
      {},
      { node_errors: [] },
      { node_errors: { '1': { errors: 3 } } },
    ]) {
      const error = new RequestError('invalid_workflow', 'refused', { details })
      expect(explainRefusal(error, fields)).toMatchObject({ byField: {}, elsewhere: [] })
    }
    expect(explainRefusal(refused({ '1': { errors: [null, {}] } }), fields).elsewhere).toEqual([
      { node: '1', problem: 'It was refused.' },
    ])
  })
})

describe('a submission that went wrong', () => {
  it('says how long to wait when the queue is full', () => {
    const error = new RequestError('queue_full', 'm', { status: 429, retryAfterMs: 1500 })
    expect(explainRefusal(error, fields)).toMatchObject({
      title: 'The queue is full',
      explanation: 'It takes no more for now. Try again in 2 seconds.',
    })
  })

  it.each([
    'unauthorized',
    'unreachable',
    'unavailable',
    'payload_too_large',
    'bad_answer',
  ] as const)('has words for %s', (code) => {
    const { title, explanation } = explainRefusal(new RequestError(code, 'message'), fields)
    expect(title).toMatch(/^(The|This) /)
    expect(explanation.length).toBeGreaterThan(5)
  })

  it('shows what else was thrown', () => {
    expect(explainRefusal(new TypeError('odd'), fields).explanation).toBe('odd')
  })
})

function refused(nodeErrors: Record<string, unknown>): RequestError {
  return new RequestError('invalid_workflow', 'refused', {
    status: 422,
    details: { node_errors: nodeErrors },
  })
}

function problem(class_type: string, error: Record<string, unknown>) {
  return { class_type, errors: [error] }
}
