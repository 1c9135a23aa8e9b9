import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { readBuild } from './version.ts'

const own = new URL('../package.json', import.meta.url)

it('a build is the version of its package, and the commit that was said', () => {
  const { version } = JSON.parse(readFileSync(own, 'utf8')) as { version: string }
  expect(readBuild(own, 'abc1234')).toEqual({ version, commit: 'abc1234' })
  expect(readBuild(own, undefined)).toEqual({ version, commit: null })
})

it('a build whose package is not there, or is none, is of an unknown version', () => {
  for (const file of ['../nothing.json', './version.ts'])
    expect(readBuild(new URL(file, import.meta.url), undefined).version).toBe('unknown')
})
