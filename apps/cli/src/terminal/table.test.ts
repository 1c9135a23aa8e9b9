/** Columns that stand in line. */
import { formatAge } from '@safelight/client'
import { expect, it } from 'vitest'
import { toTableLines } from './table.ts'
import { createPaint } from './paint.ts'

const rows = [
  [{ text: '3f2a91bc' }, { text: 'running', color: 'cyan' as const }, { text: 'x' }],
  [{ text: '灯台' }, { text: '' }, { text: 'an error\nthat is far too long' }],
]

it('is as wide as its cells, and cuts the last column to the terminal', () => {
  const table = toTableLines(['ID', 'STATUS', 'ERROR'], rows, {
    width: 28,
    paint: createPaint(false),
  })
  expect(table).toEqual([
    'ID        STATUS   ERROR',
    '3f2a91bc  running  x',
    '灯台               an error…',
  ])
})

it('pads outside of the colours', () => {
  const [, line] = toTableLines(['ID', 'STATUS!!', 'E'], rows, {
    width: 80,
    paint: createPaint(true),
  })
  expect(line).toBe('3f2a91bc  \u001B[36mrunning\u001B[39m   x')
})

it('has its titles without rows', () => {
  expect(toTableLines(['A', 'B'], [], { width: 80, paint: createPaint(false) })).toEqual(['A  B'])
})

it.each([
  [-5, '0 s'],
  [59_999, '59 s'],
  [60_000, '1 min'],
  [7_199_000, '1 h'],
  [86_400_000 * 2, '2 d'],
])('tells an age of %d ms as %s', (ms, text) => {
  expect(formatAge(ms)).toBe(text)
})
