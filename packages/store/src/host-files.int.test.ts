import { openTestStore } from '@safelight/testkit/vitest'
import { expect, it } from 'vitest'
import { createHostFiles } from './host-files.ts'
import type { StoredFileChoices } from './hosts/file-lists.ts'

const DAY_MS = 24 * 3_600_000
const START = 1_000_000_000_000

async function openHostFiles() {
  const clock = { now: START }
  const { redis, keys } = await openTestStore()
  const open = () => createHostFiles({ redis, keys, now: () => clock.now })
  return { clock, redis, keys, open, files: open() }
}

const listing = (...names: string[]): StoredFileChoices =>
  new Map([['Loader', new Map([['model', { names: new Set(names), strict: true }]])]])
const found = (choices: StoredFileChoices, at = START, asked: [string, number][] = []) => ({
  choices,
  at,
  askedAt: new Map(asked),
})

it('tells the files of each host, and when it was asked', async () => {
  const { files, open } = await openHostFiles()
  const one = found(listing('a.pt'), START, [['Loader', START + 5]])
  const other = found(listing('b.pt'))
  await files.save('gpu-1', one)
  await files.save('gpu-2', other)
  const expected = new Map([
    ['gpu-1', one],
    ['gpu-2', other],
  ])
  expect(await files.load()).toEqual(expected)
  expect(await open().load()).toEqual(expected)
})

it('tells the latest that any worker found', async () => {
  const { files, open } = await openHostFiles()
  const reader = open()
  await files.save('gpu', found(listing('a.pt')))
  expect((await reader.load()).get('gpu')?.choices).toEqual(listing('a.pt'))
  await open().save('gpu', found(listing('a.pt', 'b.pt'), START, [['Loader', START + 9]]))
  expect((await reader.load()).get('gpu')?.choices).toEqual(listing('a.pt', 'b.pt'))
  // the same lists, looked at by others at other times
  await files.save('gpu', found(listing('a.pt', 'b.pt'), START + 1, [['Other', START + 8]]))
  expect((await reader.load()).get('gpu')).toEqual(
    found(listing('a.pt', 'b.pt'), START + 1, [
      ['Loader', START + 9],
      ['Other', START + 8],
    ]),
  )
})

it('reads the lists once, and writes them only when they change', async () => {
  const { files, redis, keys, open } = await openHostFiles()
  const choices = listing('a.pt')
  await files.save('gpu', found(choices))
  const reader = open()
  const [first, again] = [await reader.load(), await reader.load()]
  expect(again.get('gpu')?.choices).toBe(first.get('gpu')?.choices)
  await redis.hset(keys.hostFiles, 'gpu', 'untouched')
  await files.save('gpu', found(choices, START + 1))
  expect(await redis.hget(keys.hostFiles, 'gpu')).toBe('untouched')
})

it('forgets a host that was not asked for a day, and says nothing of what it cannot read', async () => {
  const { files, redis, keys, clock } = await openHostFiles()
  await files.save('gone', found(listing('a.pt')))
  clock.now += DAY_MS + 1
  await files.save('gpu', found(listing('b.pt'), clock.now))
  await redis.hset(keys.hostFilesAt, 'odd', '{"at":')
  await files.save('lost', found(listing('c.pt'), clock.now))
  await redis.hset(keys.hostFiles, 'lost', '{}')
  expect([...(await files.load()).keys()]).toEqual(['gpu'])
  expect(await redis.hkeys(keys.hostFiles)).not.toContain('gone')
})
