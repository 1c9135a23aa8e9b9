/** Events and what a worker notes of its attempt, in one step. */
import { acceptJob, openTestStore } from '@safelight/testkit/vitest'
import { expect, it } from 'vitest'
import { createBacklog } from '../backlog/backlog.ts'
import type { AttemptRecord } from '../job-store.ts'
import { inTurn } from './next-events.ts'

const attempt: AttemptRecord = {
  attempt: 1,
  hostId: 'gpu-1',
  promptId: 'p-1',
  hostUrl: null,
  failures: [],
  unreachableSince: null,
}
const harvest = { promptId: 'p-1', files: [], failure: null }
const running = () => ({ type: 'status', status: 'running', phase: 'preparing' }) as const
const collecting = () => ({ type: 'status', status: 'running', phase: 'collecting' }) as const

async function open() {
  const test = await openTestStore()
  const backlog = createBacklog(test)
  const jobId = await acceptJob(test.store)
  const dispatch = (hostId: string) =>
    backlog.dispatch({ jobId, hostId, slots: 1, ownerLimit: null, overtaken: [] })
  await dispatch('gpu-1')
  const claim = async () => (await test.store.claim(jobId))?.token ?? 0
  return { ...test, backlog, jobId, dispatch, claim }
}

it('notes the attempt with what is told of it', async () => {
  const { store, backlog, jobId, claim } = await open()
  const token = await claim()
  await store.append(jobId, inTurn(running, collecting), { token, also: { attempt } })
  expect(await store.claim(jobId)).toMatchObject({
    lastAttempt: { promptId: 'p-1' },
    snapshot: { seq: 2, phase: 'collecting' },
  })
  expect(await backlog.dispatched('gpu-1')).toHaveLength(1)
})

it('notes nothing when there is nothing to tell, and nothing of a worker that was replaced', async () => {
  const { store, backlog, jobId, claim } = await open()
  const old = await claim()
  const also = { attempt, freesSlot: true }
  expect(await store.append(jobId, () => null, { token: old, also })).toMatchObject({
    outcome: 'declined',
  })
  await claim()
  expect(await store.append(jobId, running, { token: old, also })).toEqual({
    outcome: 'claim_lost',
  })
  expect(await store.claim(jobId)).toMatchObject({ lastAttempt: null, snapshot: { seq: 0 } })
  expect(await backlog.dispatched('gpu-1')).toHaveLength(1)
})

it('frees the slot in the step in which it notes what was made', async () => {
  const { store, backlog, redis, keys, jobId, claim } = await open()
  const token = await claim()
  await store.append(jobId, running, { token })
  const also = { attempt: { ...attempt, harvest }, freesSlot: true }
  await store.append(jobId, collecting, { token, also })
  expect(await backlog.dispatched('gpu-1')).toEqual([])
  expect(await backlog.collecting('gpu-1')).toEqual([{ jobId, times: 1 }])
  expect(await redis.scard(`${keys.prefix}running:default`)).toBe(0)
  // under the ticket by which it was executed
  const next = await store.claim(jobId, { hostId: 'gpu-1', stage: 'execute' })
  expect(next?.lastAttempt?.harvest).toEqual(harvest)
})

it('decides anew on a job whose cancel was asked meanwhile, and then notes nothing', async () => {
  const { store, backlog, jobId, claim } = await open()
  const token = await claim()
  const begun = await store.append(jobId, running, { token })
  await store.append(jobId, () => ({ type: 'status', status: 'canceling', phase: 'preparing' }))
  const known = 'snapshot' in begun ? begun.snapshot : undefined
  const result = await store.append(
    jobId,
    ({ status }) => (status === 'running' ? collecting() : null),
    { token, also: { attempt, freesSlot: true }, ...(known && { known }) },
  )
  expect(result).toMatchObject({ outcome: 'declined', snapshot: { status: 'canceling' } })
  expect(await backlog.dispatched('gpu-1')).toHaveLength(1)
})

it('says of a job that is on no host that it is another’s', async () => {
  const { store, backlog, jobId, claim } = await open()
  const token = await claim()
  await backlog.putBack(jobId, { token: null })
  const also = { attempt, freesSlot: true }
  expect(await store.append(jobId, running, { token, also })).toEqual({ outcome: 'claim_lost' })
  expect(await backlog.position(jobId)).toMatchObject({ ahead: 0 })
})
