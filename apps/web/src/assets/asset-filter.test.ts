import { expect, it } from 'vitest'
import { ANY_ASSET, readFilter, toAssetOptions, toFilterSearch } from './asset-filter.ts'

it('lives in the address', () => {
  const filter = { type: 'image', age: 'week', name: 'a & b', job: 'j-1' } as const
  const search = toFilterSearch(filter)
  expect(search).toBe('?type=image&age=week&name=a+%26+b&job=j-1')
  expect(readFilter(search)).toEqual(filter)
  expect(toFilterSearch(ANY_ASSET)).toBe('')
  expect(readFilter('?type=nonsense&age=9')).toEqual(ANY_ASSET)
})

it('asks the API for what is meant, and for nothing else', () => {
  const day = 86_400_000
  expect(toAssetOptions({ ...ANY_ASSET, type: 'text', age: 'day', name: ' a ' }, 2 * day)).toEqual({
    type: 'text',
    name: 'a',
    since: new Date(day),
  })
  expect(toAssetOptions(ANY_ASSET, 0)).toEqual({})
})
