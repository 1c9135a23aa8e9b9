import { expect, it } from 'vitest'
import { placesOf } from './places.ts'

it('knows the nodes as the text has them, numbers as well', () => {
  const text = ' {"10": {"a": {"3": 1}}, "x": {}, "2": {}, "10": {}}'
  expect([...placesOf(text)]).toEqual([
    ['10', 0],
    ['x', 1],
    ['2', 2],
  ])
})
