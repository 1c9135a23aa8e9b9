import { expect, it } from 'vitest'
import { createTestIo } from '../testing/test-io.ts'
import { createPurgeBar } from './purge-bar.ts'

it('says how many of so many are gone, each tenth once where nothing can be redrawn', () => {
  const io = createTestIo()
  const bar = createPurgeBar(io, { hidden: false, jobs: 5_000 })
  for (const gone of [1_000, 1_001, 5_000, 5_100]) bar.show(gone)
  bar.close()
  const lines = io.printedErrors().trimEnd().split('\n')
  expect(lines).toHaveLength(2)
  expect(lines[0]).toContain('20%  1000 of 5000 jobs')
  expect(lines[1]).toContain('100%  5000 of 5000 jobs')
  expect(io.printed()).toBe('')
})

it('is not there for a few, or for machines', () => {
  const io = createTestIo({ isTTY: true })
  createPurgeBar(io, { hidden: false, jobs: 9 }).show(3)
  createPurgeBar(io, { hidden: true, jobs: 5_000 }).show(3)
  expect(io.printedErrors()).toBe('')
})
