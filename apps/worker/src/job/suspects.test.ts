import { beforeEach, expect, it } from 'vitest'
import { createSuspects, type Suspects } from './suspects.ts'

const aloneMs = 1_000
let nowMs: number
/** By job, as it was noted last. */
let noted: Record<string, boolean>
let suspects: Suspects
beforeEach(() => {
  nowMs = 0
  noted = {}
  suspects = createSuspects({
    aloneMs,
    clock: { steady: () => nowMs },
    store: {
      setCompany: async (jobId, _token, inCompany) => {
        noted[jobId] = inCompany
      },
    },
  })
})

const take = (jobId: string, lostInCompany = 0) => suspects.take({ jobId, token: 1, lostInCompany })

it('lets one in, and others beside it only after a while, one after the other', async () => {
  expect(await take('a')).not.toBeNull()
  nowMs = aloneMs - 1
  expect(await take('b')).toBeNull()
  nowMs = aloneMs
  expect(await take('b')).not.toBeNull()
  expect(await take('c')).toBeNull()
  nowMs = 2 * aloneMs
  expect(await take('c')).not.toBeNull()
})

it('lets the next one in at once when one has ended', async () => {
  const letGo = await take('a')
  expect(await take('b')).toBeNull()
  await letGo?.()
  expect(await take('b')).not.toBeNull()
})

it('notes who is in company before it is worked at, and who is alone again', async () => {
  await take('a')
  expect(noted).toEqual({})
  nowMs = aloneMs
  const letGo = await take('b')
  expect(noted).toEqual({ a: true, b: true })
  await letGo?.()
  expect(noted).toEqual({ a: false, b: true })
})

it('keeps one that was lost in company alone to its end', async () => {
  await take('a')
  nowMs = 10 * aloneMs
  expect(await take('lost', 1)).toBeNull()
  suspects = createSuspects({
    aloneMs,
    clock: { steady: () => nowMs },
    store: { setCompany: async () => {} },
  })
  const letGo = await take('lost', 1)
  expect(letGo).not.toBeNull()
  nowMs = 20 * aloneMs
  expect(await take('a')).toBeNull()
  await letGo?.()
  expect(await take('a')).not.toBeNull()
})

it('takes none of which nobody could note in what company it is', async () => {
  let broken = true
  const setCompany = async () => {
    if (broken) throw new Error('no store')
  }
  suspects = createSuspects({ aloneMs, clock: { steady: () => nowMs }, store: { setCompany } })
  const letGo = await take('a')
  nowMs = aloneMs
  await expect(take('b')).rejects.toThrow('no store')
  broken = false
  expect(await take('b')).not.toBeNull()
  await letGo?.()
})
