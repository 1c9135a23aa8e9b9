import { describe, expect, it } from 'vitest'
import { readNodeErrors } from './explain-error.ts'

describe('what a host says of single nodes', () => {
  it('is one line per complaint', () => {
    const details = {
      node_errors: {
        '4': {
          class_type: 'CheckpointLoaderSimple',
          errors: [
            { type: 'value_not_in_list', message: 'Value not in list', details: 'ckpt_name' },
            { type: 'other', message: 'Bad', details: '' },
          ],
        },
      },
    }
    expect(readNodeErrors(details)).toEqual([
      { nodeId: '4', message: 'Value not in list: ckpt_name' },
      { nodeId: '4', message: 'Bad' },
    ])
  })

  it.each([null, undefined, {}, { node_errors: 'no' }, { node_errors: { '4': { errors: 3 } } }])(
    'is nothing when it has another shape: %j',
    (details) => expect(readNodeErrors(details)).toEqual([]),
  )
})
