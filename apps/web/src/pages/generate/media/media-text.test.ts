import { RequestError } from '@safelight/client'
import { expect, it } from 'vitest'
import { findFields } from '../../../workflow/find-fields.ts'
import { toMediaText } from './media-text.ts'

const NOTHING = { asset: undefined, error: null, upload: null, problem: null }

function fieldOf(image: unknown) {
  const [field] = findFields({ '1': { class_type: 'LoadImage', inputs: { image } } })
  if (field?.kind !== 'media') throw new Error('no field')
  return field
}

it('says what a file is, and what is to be done where it is nothing yet', () => {
  expect(toMediaText(fieldOf(''), NOTHING)).toMatchObject({ note: 'Drop a picture here.' })
  expect(toMediaText(fieldOf('x.png'), NOTHING)).toMatchObject({
    name: 'x.png',
    note: expect.stringContaining('A name on the hosts'),
  })
  expect(toMediaText(fieldOf('https://a.example/b.png'), NOTHING).note).toContain('fetches it')
})

it('says what to do about a name that no host has', () => {
  const problem = 'Custom validation failed for node: image - Invalid image file: x.png'
  const { note, isWrong } = toMediaText(fieldOf('x.png'), { ...NOTHING, problem })
  expect([note, isWrong]).toEqual([
    'No host has a file of this name. Drop a picture here to use one of yours.',
    true,
  ])
  const other = toMediaText(fieldOf('x.png'), { ...NOTHING, problem: 'Too dark.' })
  expect(other.note).toBe('Too dark.')
})

it('says how far an upload is, and why it came to nothing', () => {
  const sending = { step: 'sending', name: 'a.png', share: 0.426 } as const
  expect(toMediaText(fieldOf('x'), { ...NOTHING, upload: sending })).toEqual({
    name: 'a.png',
    note: 'Uploading, 42 %',
    isWrong: false,
  })
  const failed = {
    step: 'failed',
    file: new File([], 'b.png'),
    problem: 'Too large.',
    mayHelp: false,
  } as const
  expect(toMediaText(fieldOf('x'), { ...NOTHING, upload: failed })).toEqual({
    name: 'b.png',
    note: 'Too large.',
    isWrong: true,
  })
})

it('says that an asset is gone, by the name it had', () => {
  const field = fieldOf({ __type: 'core/ASSET', info: { id: 'a', file_path: 'mine.png' } })
  const error = new RequestError('not_found', 'No.')
  expect(toMediaText(field, { ...NOTHING, error })).toEqual({
    name: 'mine.png',
    note: 'It is no longer kept. Choose it again.',
    isWrong: true,
  })
})
