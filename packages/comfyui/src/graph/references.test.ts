import { replaceTexts, textAt } from '@safelight/shared'
import { describe, expect, it } from 'vitest'
import { assetIdsOf, findReferences, MOST_REFERENCES, toReferenceText } from './references.ts'

const ONE = '0b6f7a52-7f0e-4c63-9d3c-4f0c5d1f7a01'
const OTHER = '0b6f7a52-7f0e-4c63-9d3c-4f0c5d1f7a02'

const asset = (id: unknown, more: object = {}) => ({ __type: 'core/ASSET', info: { id, ...more } })
const load = (image: unknown) => ({ class_type: 'LoadImage', inputs: { image } })

describe('references', () => {
  it('are found wherever they stand in an input, with the way there', () => {
    const workflow = {
      '2': load(asset(ONE, { hash: 'blake3:00', file_path: 'a.png' })),
      '1': {
        class_type: 'Batch',
        inputs: {
          n: 1,
          images: [1, { a: [asset(OTHER)] }, asset(ONE)],
          wrapped: { __value__: [asset(ONE)] },
        },
      },
    }
    const { found, malformed } = findReferences(workflow)
    expect(malformed).toEqual([])
    expect(found).toEqual([
      { nodeId: '1', input: 'images', path: ['1', 'inputs', 'images', 1, 'a', 0], assetId: OTHER },
      { nodeId: '1', input: 'images', path: ['1', 'inputs', 'images', 2], assetId: ONE },
      {
        nodeId: '1',
        input: 'wrapped',
        path: ['1', 'inputs', 'wrapped', '__value__', 0],
        assetId: ONE,
      },
      { nodeId: '2', input: 'image', path: ['2', 'inputs', 'image'], assetId: ONE },
    ])
    expect(assetIdsOf({ found })).toEqual([OTHER, ONE])
  })

  it('are replaced where they stand, and nothing else', () => {
    const text = `{"1": {"class_type":"LoadImage","inputs":{"seed":18446744073709551615.0,"image" : ${toReferenceText(ONE)} }}}`
    const { found } = findReferences(JSON.parse(text))
    const paths = found.map(({ path }) => path)
    expect(paths).toEqual([['1', 'inputs', 'image']])
    const posted = replaceTexts(
      text,
      paths.map((path) => ({ path, json: '"a.png"' })),
    )
    expect(posted).toBe(text.replace(toReferenceText(ONE), '"a.png"'))
    expect(textAt(posted, ['1', 'inputs', 'image'])).toBe('"a.png"')
  })

  it.each([
    ['has no info', { __type: 'core/ASSET' }],
    ['has no info', { __type: 'core/ASSET', info: ONE }],
    ['has no info.id', { __type: 'core/ASSET', info: {} }],
    ['has no info.id', asset(7)],
    ['has an info.id that is no asset id', asset(`${ONE}:holds`)],
    ['has an info.hash that is no text', asset(ONE, { hash: 1 })],
    ['has an info.file_path that is no text', asset(ONE, { file_path: ['a'] })],
  ])('are told to be malformed: %s', (problem, reference) => {
    expect(findReferences({ '1': load(reference) })).toEqual({
      found: [],
      malformed: [{ nodeId: '1', input: 'image', problem }],
    })
  })

  it('are none of other kinds, nor outside of inputs', () => {
    const workflow = {
      '1': { ...load('a.png'), _meta: { title: asset(ONE) } },
      '2': load({ __type: 'core/OTHER', info: { id: ONE } }),
      '3': load(Object.create({ __type: 'core/ASSET' })),
    }
    expect(findReferences(workflow)).toEqual({ found: [], malformed: [] })
  })

  it('are not counted to their end, however many and however deep', () => {
    const many = { '1': load(Array.from({ length: 10_000 }, () => asset(ONE))) }
    expect(findReferences(many).found).toHaveLength(MOST_REFERENCES + 1)
    const deep = JSON.parse(`${'['.repeat(5_000)}${toReferenceText(ONE)}${']'.repeat(5_000)}`)
    expect(findReferences({ '1': load(deep) }).found).toEqual([])
  })
})
