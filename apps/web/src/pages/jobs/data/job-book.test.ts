/** The jobs a page knows, and which of them it shows. */
import { describe, expect, it } from 'vitest'
import { jobView } from '../testing/job-view.ts'
import { createJobBook, type JobBook, toShown } from './job-book.ts'
import { toUpdate } from './merge-job.ts'
import { toListed } from './read-newest.ts'

const idsOf = (book: JobBook) => book.listed().map(({ id }) => id)

function count(listen: (listener: () => void) => () => void): () => number {
  let times = 0
  listen(() => {
    times += 1
  })
  return () => times
}

describe('the book', () => {
  it('lists the newest first, whatever order they were learned in', () => {
    const book = createJobBook()
    book.applyViews([jobView({ age: 3 }), jobView({ age: 1 })])
    book.applyViews([jobView({ age: 2 })])
    expect(idsOf(book)).toEqual(['job-1', 'job-2', 'job-3'])
  })

  it('orders jobs of the same millisecond by id, downwards, as the API does', () => {
    const book = createJobBook()
    book.applyViews([jobView({ id: 'a' }), jobView({ id: 'c' }), jobView({ id: 'b' })])
    expect(idsOf(book)).toEqual(['c', 'b', 'a'])
  })

  it('keeps its list through progress, and makes another for a new status', () => {
    const book = createJobBook()
    book.applyViews([jobView({ id: 'a', status: 'running', seq: 1 })])
    const before = book.listed()
    const list = count(book.onList)
    const row = count((listener) => book.onJob('a', listener))
    book.applyUpdate(toUpdate(jobView({ id: 'a', status: 'running', seq: 2 }), 0))
    expect(book.listed()).toBe(before)
    expect([list(), row()]).toEqual([0, 1])
    book.applyUpdate(toUpdate(jobView({ id: 'a', status: 'succeeded', seq: 3 }), 0))
    expect(book.listed()).not.toBe(before)
    expect([list(), row()]).toEqual([1, 2])
  })

  it('tells nobody when a poll brings what is known', () => {
    const book = createJobBook()
    book.applyViews([jobView({ id: 'a' }), jobView({ id: 'b' })])
    const list = count(book.onList)
    const row = count((listener) => book.onJob('a', listener))
    book.applyViews([jobView({ id: 'a' }), jobView({ id: 'b' })])
    expect([list(), row()]).toEqual([0, 0])
  })

  it('tells of one page once', () => {
    const book = createJobBook()
    const list = count(book.onList)
    book.applyViews([jobView({ id: 'a' }), jobView({ id: 'b' })])
    expect(list()).toBe(1)
  })

  it('knows which jobs are open, and forgets one that is gone', () => {
    const book = createJobBook()
    book.applyViews([jobView({ id: 'a' }), jobView({ id: 'b', status: 'failed' })])
    expect(book.open().map(({ id }) => id)).toEqual(['a'])
    book.forget('a')
    expect(idsOf(book)).toEqual(['b'])
    expect(book.get('a')).toBeUndefined()
  })
})

describe('what is shown', () => {
  const jobs = [
    jobView({ age: 1, status: 'queued' }),
    jobView({ age: 2, status: 'succeeded' }),
    jobView({ age: 3, status: 'running' }),
    jobView({ age: 4, status: 'running', owner: 'team' }),
  ]
  const listed = jobs.map(toListed)
  const all = { statuses: [], owner: null }

  it('is everything unless statuses are asked for', () => {
    expect(toShown(listed, all, null)).toHaveLength(4)
    expect(toShown(listed, { ...all, statuses: ['running', 'canceling'] }, null)).toEqual([
      'job-3',
      'job-4',
    ])
  })

  it('is of one owner where one is asked for', () => {
    expect(toShown(listed, { ...all, owner: 'team' }, null)).toEqual(['job-4'])
    expect(toShown(listed, { statuses: ['queued'], owner: 'team' }, null)).toEqual([])
  })

  it('leaves out what lies below the oldest loaded job: others are missing in between', () => {
    expect(toShown(listed, all, listed[2] ?? null)).toEqual(['job-1', 'job-2', 'job-3'])
  })
})
