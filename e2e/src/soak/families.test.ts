import { readFileSync } from 'node:fs'
import { createKeys } from '@safelight/store'
import { describe, expect, it } from 'vitest'
import { BOUNDS, createFamilies, familyOf } from './families.ts'

const keys = createKeys('studio')
const families = createFamilies('studio')
const nameOf = (key: string) => familyOf(families, key)?.name ?? null

it('tells every key of the store from the others', () => {
  const found = families
    .filter(({ key }) => key !== 'bullPrefix')
    .map(({ key }) => {
      const made = keys[key]
      return [key, familyOf(families, typeof made === 'function' ? made('x.1:8188') : made)?.key]
    })
  expect(found.length).toBeGreaterThan(40)
  expect(found.filter(([key, told]) => key !== told)).toEqual([])
})

it('says in the docs what bounds each of them', () => {
  const page = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8')
  const rows = families
    .map(({ name, bound, why }) => `| \`${name}\` | ${BOUNDS[bound]} | ${why} |`)
    .toSorted()
  const [, table = ''] = page.split('| keys | what bounds them | more |\n| --- | --- | --- |\n')
  expect(table.split('\n\n')[0]?.trimEnd().split('\n')).toEqual(rows)
})

describe('a key', () => {
  it.each([
    [keys.job('j1'), 'job'],
    [keys.workflow('j1'), 'job:workflow'],
    [keys.asset('a1'), 'asset'],
    [keys.assetHolds('a1'), 'asset:holds'],
    [keys.assetsExpiry, 'assets:expiry'],
    [keys.blobRefs('00ff'), 'blob:refs'],
    [keys.backlog('any'), 'backlog'],
    [`${keys.backlog('any')}:of:ada`, 'backlog:of:*'],
    [`${keys.backlog('any')}:shares`, 'backlog:shares'],
    [keys.stagedNeeded('gpu-1:8188'), 'staged:needed'],
    [keys.dispatched('gpu-1:8188'), 'dispatched'],
    [`${keys.bullPrefix}:jobs:events`, 'bull:*:events'],
    [`${keys.bullPrefix}:jobs:4711`, 'bull:*:*'],
    [`${keys.bullPrefix}:jobs:4711:lock`, 'bull:*:*:lock'],
  ])('%s belongs to %s', (key, family) => expect(nameOf(key)).toBe(family))

  it('of no family is a stranger', () => {
    expect(nameOf('{studio}:novel:x')).toBeNull()
    expect(nameOf('{other}:pools')).toBeNull()
    expect(nameOf('{studio}:pools:x')).toBeNull()
  })
})
