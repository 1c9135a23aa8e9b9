/** The address of the jobs page. */
import { describe, expect, it } from 'vitest'
import { type Chips, readView, toggleChip, toSearch, toStatuses } from './filter.ts'

describe('the address of the jobs page', () => {
  it('shows all jobs when it says nothing, or nothing that exists', () => {
    expect(readView('')).toEqual({ view: 'list', chips: [], owner: null })
    expect(readView('?status=sideways&view=upside')).toEqual({
      view: 'list',
      chips: [],
      owner: null,
    })
  })

  it('survives being read and written', () => {
    for (const search of [
      '',
      '?status=queued,running',
      '?status=failed',
      '?owner=team.a',
      '?status=failed&owner=b',
      '?view=dead',
    ]) {
      expect(toSearch(readView(search))).toBe(search)
    }
  })

  it('takes any status, and finds the chip that shows it', () => {
    expect(readView('?status=canceling,expired')).toEqual({
      view: 'list',
      chips: ['running', 'failed'],
      owner: null,
    })
  })
})

describe('the owner', () => {
  it('is none where the address names what no owner can be called', () => {
    for (const owner of ['', 'a b', '%26status=failed', 'x'.repeat(200)])
      expect(readView(`?owner=${owner}`)).toMatchObject({ owner: null })
  })
})

describe('the chips', () => {
  it('stay in the order of the page, whatever order they were pressed in', () => {
    expect(toggleChip(['failed'], 'queued')).toEqual(['queued', 'failed'])
    expect(toggleChip(['queued', 'failed'], 'queued')).toEqual(['failed'])
  })

  it('are the same as none once all are pressed', () => {
    const four: Chips = ['queued', 'running', 'succeeded', 'failed']
    expect(toggleChip(four, 'canceled')).toEqual([])
  })

  it('ask for every status they stand for', () => {
    expect(toStatuses([])).toEqual([])
    expect(toStatuses(['running', 'failed'])).toEqual(['running', 'canceling', 'failed', 'expired'])
  })
})
