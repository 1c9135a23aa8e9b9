/** Selecting jobs. */
import { describe, expect, it } from 'vitest'
import { extendTo, NOTHING, retain, toggle } from './selection.ts'

const ORDER = ['a', 'b', 'c', 'd', 'e']
const idsOf = ({ ids }: { ids: ReadonlySet<string> }) => [...ids].sort()

describe('a selection', () => {
  it('takes a job in and out', () => {
    const one = toggle(NOTHING, 'b')
    expect(idsOf(one)).toEqual(['b'])
    expect(idsOf(toggle(one, 'b'))).toEqual([])
    expect(idsOf(NOTHING)).toEqual([])
  })

  it('reaches from the last one to the next, in both directions', () => {
    expect(idsOf(extendTo(toggle(NOTHING, 'b'), 'd', ORDER))).toEqual(['b', 'c', 'd'])
    expect(idsOf(extendTo(toggle(NOTHING, 'd'), 'b', ORDER))).toEqual(['b', 'c', 'd'])
  })

  it('keeps its beginning, so that a range can be made larger', () => {
    const range = extendTo(toggle(NOTHING, 'b'), 'c', ORDER)
    expect(idsOf(extendTo(range, 'e', ORDER))).toEqual(['b', 'c', 'd', 'e'])
  })

  it('takes the one job when there is nowhere to begin', () => {
    expect(idsOf(extendTo(NOTHING, 'c', ORDER))).toEqual(['c'])
    expect(idsOf(extendTo(toggle(NOTHING, 'gone'), 'c', ORDER))).toContain('c')
  })

  it('loses jobs that have ended, and stays itself when none has', () => {
    const two = toggle(toggle(NOTHING, 'a'), 'b')
    expect(idsOf(retain(two, ['b', 'c']))).toEqual(['b'])
    expect(retain(two, ORDER)).toBe(two)
  })
})
