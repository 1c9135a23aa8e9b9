import { expect, it } from 'vitest'
import { findUrlInputs } from './url-inputs.ts'

const URL = 'https://pictures.example/a.png?token=x'
const node = (class_type: string, inputs: Record<string, unknown>) => ({ class_type, inputs })
const found = (...args: Parameters<typeof findUrlInputs>) =>
  findUrlInputs(...args).map(({ path, url }) => [path.join('/'), url])

it('are found in nodes that load a file, with or without a host that says so', () => {
  const workflow = {
    '1': node('LoadImage', { image: URL }),
    '2': node('LoadVideo', { file: { __value__: URL } }),
    '3': node('LoadImage', { image: 'photo.png' }),
    '4': node('FetchPicture', { url: URL, image: URL }),
    constructor: node('constructor', { toString: URL }),
  }
  const usual = [
    ['1/inputs/image', URL],
    ['2/inputs/file/__value__', URL],
  ]
  expect(found(workflow, null)).toEqual(usual)
  const media = { type: 'COMBO', required: true, files: 'uploads', media: 'image' } as const
  const text = { type: 'STRING', required: true } as const
  const FetchPicture = {
    output: false,
    outputs: 1,
    required: [],
    inputs: { image: media, url: text },
  }
  expect(found(workflow, { FetchPicture })).toEqual([...usual, ['4/inputs/image', URL]])
})

it.each([
  'ftp://a/b.png',
  'file:///etc/passwd',
  ' https://a/b.png',
  'a https://b',
  '//a/b.png',
  7,
  null,
])('are not %j', (image) => {
  expect(findUrlInputs({ '1': node('LoadImage', { image }) }, null)).toEqual([])
})
