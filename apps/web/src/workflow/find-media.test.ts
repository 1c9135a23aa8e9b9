/** Load nodes and lists of the fleet, as a workflow has them. */
import type { NodeClassView, NodeInputView, Workflow } from '@safelight/shared'
import { describe, expect, it } from 'vitest'
import { findFields } from './find-fields.ts'
import { findMatches, hasValue, toChoices } from './list-values.ts'
import { setFields } from './set-fields.ts'

const REFERENCE = { __type: 'core/ASSET', info: { id: 'a1', file_path: 'mine.png' } } as const

const WORKFLOW: Workflow = {
  '1': { class_type: 'LoadImage', inputs: { image: 'a.png' }, _meta: { title: 'Your picture' } },
  '2': { class_type: 'LoadImage', inputs: { image: REFERENCE } },
  '3': { class_type: 'OddLoader', inputs: { clip: 'b.wav', note: 'hello' } },
  '4': { class_type: 'SetLatentNoiseMask', inputs: { samples: ['9', 0], mask: ['1', 1] } },
  '5': { class_type: 'LoadImage', inputs: { image: ['8', 0] } },
  '6': { class_type: 'DualCLIPLoader', inputs: { clip_name1: 'l.safetensors', type: 'sdxl' } },
}

function tell(input: Record<string, Partial<NodeInputView>>): NodeClassView {
  const inputs = Object.entries(input).map(([name, told]) => [
    name,
    { type: 'COMBO', required: true, ...told },
  ])
  return {
    hosts: ['gpu'],
    output_node: false,
    title: null,
    category: null,
    outputs: [],
    input: Object.fromEntries(inputs),
  }
}

const media = (classes = {}) =>
  findFields(WORKFLOW, classes).flatMap((field) =>
    field.kind === 'media' ? [[field.id, field.label, field.media, field.usesMask]] : [],
  )

describe('a file that is brought along', () => {
  it('stands at a load node, as a name or as an asset', () => {
    expect(media()).toEqual([
      ['1.image', 'Your picture', 'image', true],
      ['2.image', 'LoadImage', 'image', false],
    ])
  })

  it('stands wherever the fleet says so', () => {
    expect(media({ OddLoader: tell({ clip: { media: 'audio' }, note: {} }) })).toContainEqual([
      '3.clip',
      'OddLoader',
      'audio',
      false,
    ])
  })

  it('gives way to an asset, and nothing else changes', () => {
    const [field] = findFields(WORKFLOW).filter(({ kind }) => kind === 'media')
    if (!field) throw new Error('no field')
    const next = setFields(WORKFLOW, [field], { [field.id]: REFERENCE })
    expect(next).toEqual({
      ...WORKFLOW,
      '1': { ...WORKFLOW['1'], inputs: { image: REFERENCE } },
    })
  })
})

describe('a model that only the fleet knows as one', () => {
  const values = ['sdxl\\l.safetensors', 'g.safetensors']
  const classes = { DualCLIPLoader: tell({ clip_name1: { kind: 'models', values }, type: {} }) }
  const field = findFields(WORKFLOW, classes).find(({ id }) => id === '6.clip_name1')
  if (field?.kind !== 'choice') throw new Error('no choice')

  it('is a choice among what hosts have', () => {
    expect(field).toMatchObject({ label: 'Clip 1', role: 'model', value: 'l.safetensors' })
    expect(toChoices(field, classes)).toEqual({ values, isWhole: true })
    expect(toChoices(field, {})).toEqual({ values: [], isWhole: false })
  })

  it('is the same in the form of either system', () => {
    const choices = toChoices(field, classes)
    expect(hasValue(choices, 'sdxl/l.safetensors')).toBe(true)
    expect(hasValue(choices, 'l.safetensors')).toBe(false)
  })

  it('is found by any of its words', () => {
    expect(findMatches(values, 'SAFE sdxl')).toEqual([values[0]])
    expect(findMatches(values, ' ')).toEqual(values)
  })
})
