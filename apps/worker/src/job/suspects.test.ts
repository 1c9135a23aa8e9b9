import { beforeEach, expect, it } from 'vitest'
import { createSuspects, type Suspects } from './suspects.ts'

const waitMs = 1_000
let nowMs: number
/** By job, as it was noted last. */
let noted: Record<string, boolean>
let suspects: Suspects
beforeEach(() => {
  nowMs = 0
  noted = {}
  suspects = createSuspects({
    waitMs,
    clock: { steady: () => nowMs },
    store: {
      setCompany: async (jobId, _token, inCompany) => {
        noted[jobId] = inCompany
      },
    },
  })
})

const take = (jobId: string, lostInCompany = 0) => suspects.take({ jobId, token: 1, lostInCompany })

it('lets one in, and others beside it only when they have waited for a while', async () => {
  expect(await take('a')).not.toBeNull()
  nowMs = 10 * waitMs
  expect(await take('b')).toBeNull()
  nowMs += waitMs / 2
  expect(await take('c')).toBeNull()
  expect(await take('b')).toBeNull()
  nowMs += waitMs / 2
  expect(await take('b')).not.toBeNull()
  // each for itself: many of them do not wait one for the other
  expect(await take('c')).toBeNull()
  nowMs += waitMs / 2
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
  await take('b')
  expect(noted).toEqual({})
  nowMs = waitMs
  const letGo = await take('b')
  expect(noted).toEqual({ a: true, b: true })
  await letGo?.()
  expect(noted).toEqual({ a: false, b: true })
})

it('lets one wait twice as long for each time that it was lost in company', async () => {
  await take('a')
  expect(await take('lost', 2)).toBeNull()
  nowMs = 4 * waitMs - 1
  expect(await take('lost', 2)).toBeNull()
  nowMs = 4 * waitMs
  expect(await take('lost', 2)).not.toBeNull()
})

it('forgets how long one has waited that others have taken', async () => {
  const letGo = await take('a')
  await take('b')
  nowMs = 100 * waitMs
  expect(await take('b')).toBeNull()
  await letGo?.()
  expect(await take('b')).not.toBeNull()
})

it('takes none of which nobody could note in what company it is', async () => {
  let broken = true
  const setCompany = async () => {
    if (broken) throw new Error('no store')
  }
  suspects = createSuspects({ waitMs, clock: { steady: () => nowMs }, store: { setCompany } })
  const letGo = await take('a')
  await take('b')
  nowMs = waitMs
  await expect(take('b')).rejects.toThrow('no store')
  broken = false
  await take('b')
  nowMs += waitMs
  expect(await take('b')).not.toBeNull()
  await letGo?.()
})
