import { openTestStore } from '@safelight/testkit/vitest'
import { expect, it } from 'vitest'
import { createStagedInputs } from './staged-inputs.ts'

const INPUT = { hash: 'blake3:ab', size: 12 }

async function open() {
  let nowMs = 1_000
  const { redis, keys } = await openTestStore()
  const deps = { redis, keys, now: async () => nowMs, emptyingMs: 50 }
  return { staged: createStagedInputs(deps), pass: (ms: number) => (nowMs += ms) }
}

it('knows what each host has, until it is told otherwise', async () => {
  const { staged } = await open()
  await staged.note('gpu-1', 'a.png', INPUT)
  expect(await staged.need('gpu-1', 'a.png')).toEqual(INPUT)
  expect(await staged.need('gpu-2', 'a.png')).toBeNull()
  await staged.forget('gpu-1', 'a.png')
  expect(await staged.need('gpu-1', 'a.png')).toBeNull()
  expect(await staged.unused('gpu-1', 9_999, 9)).toEqual([])
})

it('lists what nobody has needed for long, and lets only that be emptied', async () => {
  const { staged, pass } = await open()
  await staged.note('gpu-1', 'old.png', INPUT)
  pass(10)
  await staged.note('gpu-1', 'new.png', { ...INPUT, hash: 'blake3:cd' })
  expect(await staged.unused('gpu-1', 1_005, 9)).toEqual([{ name: 'old.png', hash: 'blake3:ab' }])
  expect(await staged.unused('gpu-1', 1_010, 1)).toHaveLength(1)
  expect(await staged.beginEmptying('gpu-1', 'new.png', 1_005)).toBe(false)
  expect(await staged.beginEmptying('gpu-1', 'none.png', 1_005)).toBe(false)
  expect(await staged.beginEmptying('gpu-1', 'old.png', 1_005)).toBe(true)
  expect(await staged.need('gpu-1', 'old.png')).toBe('emptying')
  // one that died in the middle of it
  pass(60)
  expect(await staged.need('gpu-1', 'old.png')).toBeNull()
  expect(await staged.unused('gpu-1', 2_000, 9)).toContainEqual({ name: 'old.png', hash: '' })
})

it('lets nothing be emptied that somebody has just asked for', async () => {
  const { staged, pass } = await open()
  await staged.note('gpu-1', 'a.png', INPUT)
  pass(10)
  expect(await staged.need('gpu-1', 'a.png')).toEqual(INPUT)
  expect(await staged.beginEmptying('gpu-1', 'a.png', 1_005)).toBe(false)
})
