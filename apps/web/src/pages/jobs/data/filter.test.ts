/** The address of the jobs page. */
import { describe, expect, it } from 'vitest'
import { type Chips, readView, toggleChip, toSearch, toStatuses } from './filter.ts'

describe('the address of the jobs page', () => {
  it('shows all jobs when it says nothing, or nothing that exists', () => {
    expect(readView('')).toEqual({ view: 'list', chips: [] })
    expect(readView('?status=sideways&view=upside')).toEqual({ view: 'list', chips: [] })
  })

  it('survives being read and written', () => {
    for (const search of ['', '?status=queued,running', '?status=failed', '?view=dead']) {
      expect(toSearch(readView(search))).toBe(search)
    }
  })

  it('takes any status, and finds the chip that shows it', () => {
    expect(readView('?status=canceling,expired')).toEqual({
      view: 'list',
      chips: ['running', 'failed'],
    })
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
