/** docs/failure.md promises a test for each of its rows; this holds it to that. */
import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const page = readFileSync(new URL('../../../docs/failure.md', import.meta.url), 'utf8')
const rows = [...page.matchAll(/^\| ([^|*-][^|]*) \| [^|]+ \| [^|]+ \|$/gm)]
  .map(([, name = '']) => name)
  .filter((name) => name !== 'what breaks')
const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.test.ts'))
const groups = files.flatMap((name) => {
  const text = readFileSync(new URL(name, import.meta.url), 'utf8')
  return [...text.matchAll(/^describe[\w.]*(?:\([^\n]*?\))?\(\s*['`]([^'`$]+)/gm)].map(
    ([, group = '']) => group,
  )
})

it('has a test for every row of the failure table, and no test without its row', () => {
  expect(rows).toHaveLength(46)
  expect(groups.toSorted()).toEqual(rows.toSorted())
})

it('names every file of these tests', () => {
  const named = [...page.matchAll(/^- `([\w.-]+\.test\.ts)`/gm)].map(([, name = '']) => name)
  expect(named.toSorted()).toEqual(files.filter((name) => name !== 'rows.test.ts').toSorted())
})
