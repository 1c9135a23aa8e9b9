import { openTestStore } from '@safelight/testkit/vitest'
import { expect, it } from 'vitest'
import type { StoredNodeClasses } from '../node-classes.ts'
import { createClassRecords } from './class-records.ts'

const DAY_MS = 24 * 3_600_000
const SEEN = new Map<string, number>()

async function openRecords() {
  const clock = { now: 1_000_000_000_000 }
  const { redis, keys } = await openTestStore()
  const open = () =>
    createClassRecords({ redis, keys, now: async () => clock.now, hostKnownMs: DAY_MS })
  return { clock, redis, keys, records: open(), open }
}

const knowing = (...names: string[]): StoredNodeClasses =>
  Object.fromEntries(
    names.map((name) => [
      name,
      { output: false, outputs: 1, required: [], inputs: { x: { type: 'INT', required: true } } },
    ]),
  )

it('keeps what hosts have in common once, and hands out one object for it', async () => {
  const { redis, keys, records, open } = await openRecords()
  await records.save('gpu-1', knowing('A'))
  await open().save('gpu-2', knowing('A'))
  await records.save('gpu-3', knowing('A', 'B'))
  expect(await redis.hlen(keys.nodeClassTexts)).toBe(2)
  const reader = open()
  const found = await reader.load(SEEN)
  expect(Object.fromEntries(found)).toEqual({
    'gpu-1': knowing('A'),
    'gpu-2': knowing('A'),
    'gpu-3': knowing('A', 'B'),
  })
  expect(found.get('gpu-2')).toBe(found.get('gpu-1'))
  // read once, however often it is asked for
  expect((await reader.load(SEEN)).get('gpu-1')).toBe(found.get('gpu-1'))
})

it('drops what no host has any more', async () => {
  const { clock, redis, keys, records } = await openRecords()
  await records.save('gpu-1', knowing('A'))
  await records.save('gpu-2', knowing('A'))
  await records.save('gpu-1', knowing('B'))
  expect(await redis.hlen(keys.nodeClassTexts)).toBe(2)
  await records.save('gpu-2', knowing('B'))
  expect(await redis.hlen(keys.nodeClassTexts)).toBe(1)
  clock.now += DAY_MS + 1
  expect(await records.load(new Map([['gpu-2', clock.now]]))).toEqual(
    new Map([['gpu-2', knowing('B')]]),
  )
  expect(await redis.hlen(keys.nodeClassTexts)).toBe(1)
  clock.now += DAY_MS + 1
  expect(await records.load(SEEN)).toEqual(new Map())
  expect([await redis.hlen(keys.nodeClassTexts), await redis.hlen(keys.nodeClasses)]).toEqual([
    0, 0,
  ])
})

it('reads what a worker of an earlier version wrote, and nothing of what it cannot', async () => {
  const { clock, redis, keys, records } = await openRecords()
  const older = { A: { output: true, outputs: 0, required: ['x'] } }
  await redis.hset(keys.nodeClasses, 'older', JSON.stringify({ at: clock.now, classes: older }))
  await redis.hset(keys.nodeClasses, 'odd', '{"at":')
  await redis.hset(keys.nodeClasses, 'lost', JSON.stringify({ at: clock.now, digest: 'none' }))
  await records.save('newer', knowing('A'))
  expect(Object.fromEntries(await records.load(SEEN))).toEqual({ older, newer: knowing('A') })
  await records.save('older', knowing('A'))
  expect(Object.fromEntries(await records.load(SEEN))).toEqual({
    older: knowing('A'),
    newer: knowing('A'),
  })
})
