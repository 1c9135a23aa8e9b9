import { expect, it } from 'vitest'
import { inputFile, splitAnnotation } from './input-file.ts'

it.each([
  ['cat.png', 'cat.png', null],
  ['cat.png [output]', 'cat.png', 'output'],
  ['a/cat.png[temp]', 'a/cat.png', 'temp'],
  ['cat.png  [input]', 'cat.png', 'input'],
  ['cat [1] [output]', 'cat [1]', 'output'],
  ['cat.png [elsewhere]', 'cat.png [elsewhere]', null],
  ['cat.png [output] ', 'cat.png [output] ', null],
  ['cat.png ]', 'cat.png ]', null],
  ['[output]', '', 'output'],
])('splits %j', (name, path, type) => {
  expect(splitAnnotation(name)).toEqual({ path, type })
})

it('names folder and file', () => {
  expect(inputFile('a/b/cat.png [output]')).toEqual({
    filename: 'cat.png',
    subfolder: 'a/b',
    type: 'output',
  })
})

it.each([
  ['spaces', ' '.repeat(1_000_000)],
  ['spaces before a bracket that closes nothing', `${' '.repeat(1_000_000)}[x] `],
  ['opening brackets', '['.repeat(1_000_000)],
])('is done at once with a megabyte of %s', (_what, name) => {
  const startedAt = performance.now()
  expect(splitAnnotation(name)).toEqual({ path: name, type: null })
  // a pattern that looks again at each space needs minutes for this
  expect(performance.now() - startedAt).toBeLessThan(10_000)
})
