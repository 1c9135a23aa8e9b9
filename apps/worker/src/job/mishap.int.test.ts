import { randomUUID } from 'node:crypto'
import { systemClock, tellNobody } from '@safelight/runtime'
import {
  AppendContention,
  createBacklog,
  createHostRegistry,
  createQueues,
  createTickets,
  type JobStore,
  RedisUnavailable,
} from '@safelight/store'
import { acceptJob, openTestStore, silent, type TestStore } from '@safelight/testkit/vitest'
import { expect, it, onTestFinished } from 'vitest'
import { toWorkerTimings } from '../override-timings.ts'
import type { HandlingDeps } from './handling.ts'
import { createStopSwitch } from './stop.ts'
import { createSuspects } from './suspects.ts'
import { workOnJob } from './work-on-job.ts'

/** A worker that has all it takes to meet a mishap, and to end the job. */
function toDeps(store: JobStore, over: Partial<HandlingDeps> = {}): HandlingDeps {
  const parts = {
    store,
    fleet: {}, // to ask it for a host throws
    suspects: createSuspects({ store, waitMs: 60_000, clock: systemClock }),
    clock: systemClock,
    emit: tellNobody,
    log: silent,
    timings: toWorkerTimings(),
    ...over,
  }
  return parts as HandlingDeps // whatever else is missing would be one more mishap
}

const turn = (deps: HandlingDeps, jobId: string, leave: () => unknown = () => 0) =>
  workOnJob(deps, {
    jobId,
    hostId: HOST,
    stage: 'execute',
    stop: createStopSwitch(undefined),
    place: { turn: () => Promise.resolve(), leave: () => void leave() },
    onSlotFree: () => undefined,
  })

const HOST = 'gpu-1'

/** What it takes to give a job back. */
function toSurroundings(test: TestStore): Partial<HandlingDeps> {
  const queues = createQueues(test)
  onTestFinished(() => queues.close())
  return {
    backlog: createBacklog(test),
    tickets: createTickets(queues),
    hosts: createHostRegistry(test),
    deferred: { note: () => undefined },
  }
}

/** It has a slot there, and its ticket is on the queue of the host. */
async function acceptOnHost(test: TestStore): Promise<string> {
  const jobId = await acceptJob(test.store)
  const order = { jobId, hostId: HOST, slots: 9, ownerLimit: null, overtaken: [] }
  expect(await createBacklog(test).dispatch(order)).toMatchObject({ outcome: 'dispatched' })
  return jobId
}

/** The names of events and what tells them apart, in order. */
function hear() {
  const heard: string[] = []
  const emit: HandlingDeps['emit'] = (...[name, body]) => {
    if (name === 'job:mishap' && 'mishaps' in body) heard.push(`${name} ${body.mishaps}`)
    if (name === 'job:handed-back' && 'why' in body) heard.push(`${name} ${body.why}`)
  }
  return { heard, emit }
}

const throwing = (fault: Error) => () => Promise.reject(fault)

it('ends a job as internal, a dead letter, when it has met three mishaps, whichever workers they met', async () => {
  const test = await openTestStore()
  const { store } = test
  const jobId = await acceptOnHost(test)
  const deadly = { ...store, append: throwing(new TypeError('never mind')) }
  const back = { ticket: 'again', delayMs: 2_000 }
  const { heard, emit } = hear()
  expect(await turn(toDeps(store, { emit }), jobId)).toEqual(back)
  // another kind at another worker counts all the same
  const unread = toDeps({ ...store, claim: throwing(new RangeError('too deep')) }, { emit })
  expect(await turn(unread, jobId)).toEqual(back)
  expect(heard).toEqual(['job:mishap 1', 'job:mishap 2'])
  expect(await store.load(jobId)).toMatchObject({ status: 'queued' })
  expect(await turn(toDeps(store), jobId)).toEqual({ ticket: 'spent' })
  expect(await store.load(jobId)).toMatchObject({
    status: 'failed',
    error: { code: 'internal' },
    deadLetter: true,
  })
  expect(await test.redis.zscore(test.keys.deadLetters, jobId)).not.toBeNull()
  // it has ended: nothing is tried any more
  expect(await turn(toDeps(deadly), jobId)).toEqual({ ticket: 'spent' })
})

it('never counts the trouble of a store against the job', async () => {
  const test = await openTestStore()
  const jobId = await acceptOnHost(test)
  const { store } = test
  const { heard, emit } = hear()
  for (const trouble of [new RedisUnavailable(undefined), new AppendContention(jobId)]) {
    for (let time = 0; time < 4; time += 1) {
      const fleet = {
        find() {
          throw trouble
        },
      } as unknown as HandlingDeps['fleet']
      const returned = await turn(toDeps(store, { fleet, emit }), jobId)
      expect(returned).toEqual({ ticket: 'again', delayMs: 1_000 })
    }
  }
  expect(heard).toEqual(Array(8).fill('job:handed-back store'))
  expect(await store.load(jobId)).toMatchObject({ status: 'queued' })
  expect(await store.countMishap(jobId)).toBe(1)
})

it('is put down after a mishap: no worker was lost', async () => {
  const test = await openTestStore()
  const jobId = await acceptOnHost(test)
  await turn(toDeps(test.store), jobId)
  expect((await test.store.claim(jobId))?.lost).toEqual({ count: 0, justNow: false })
})

it('ends as canceled when that was asked, however often it fails', async () => {
  const test = await openTestStore()
  const { store } = test
  const jobId = await acceptOnHost(test)
  await store.append(jobId, () => ({
    type: 'status',
    status: 'running',
    phase: 'preparing',
    attempt: 1,
    hostId: 'gpu-1',
  }))
  const claim = await store.claim(jobId)
  await store.saveAttempt(jobId, claim?.token ?? 0, {
    attempt: 1,
    hostId: 'gpu-1',
    promptId: randomUUID(),
    hostUrl: null,
    failures: [],
    unreachableSince: null,
  })
  await store.append(jobId, () => ({ type: 'status', status: 'canceling', phase: 'preparing' }))
  const story: string[] = []
  const find = () => {
    story.push('asks for the host')
    throw new TypeError('no such thing')
  }
  const none = { fleet: { find }, orphans: { add: () => Promise.resolve() } }
  const deps = toDeps(store, none as unknown as Partial<HandlingDeps>)
  for (let time = 0; time < 3; time += 1) await turn(deps, jobId, () => story.push('leaves'))
  expect(story.slice(0, 2), 'nobody waits for it').toEqual(['leaves', 'asks for the host'])
  expect(await store.load(jobId)).toMatchObject({ status: 'canceled', error: null })
})

it('has one job in hand at a time of those that have lost two workers', async () => {
  const test = await openTestStore()
  const { store, redis, keys } = test
  const [first, second, sound] = await Promise.all([1, 2, 3].map(() => acceptOnHost(test)))
  for (const jobId of [first, second]) {
    for (let worker = 0; worker < 2; worker += 1) await store.claim(jobId ?? '')
  }
  let fail: (trouble: Error) => void = () => undefined
  const waiting = new Promise<never>((_, reject) => {
    fail = reject
  })
  let looking = 0
  const learned = () => {
    looking += 1
    return waiting
  }
  const costs = { learned, note: () => undefined, close: async () => undefined }
  const listing = { leaving: false, hold: () => () => undefined }
  const state = { nodeClasses: {} }
  const host = { hostId: HOST, listing, condition: { state: 'ready' }, state }
  const fleet = { find: () => host } as unknown as HandlingDeps['fleet']
  const deps = toDeps(store, { ...toSurroundings(test), fleet, costs })
  const turns = [turn(deps, first ?? '')]
  await expect.poll(() => looking).toBe(1)
  // nothing of it is on the host yet: the slot is better used by others
  expect(await turn(deps, second ?? '')).toEqual({ ticket: 'spent' })
  expect(await redis.zscore(keys.deferred, second ?? '')).not.toBeNull()
  turns.push(turn(deps, sound ?? ''))
  await expect.poll(() => looking).toBe(2)
  fail(new RedisUnavailable(undefined))
  await Promise.all(turns)
})

const endOf = async ({ store }: { store: JobStore }, jobId: string) => {
  const { status, error, deadLetter } = (await store.load(jobId)) ?? {}
  return { status, code: error?.code, deadLetter }
}
const DEAD = { status: 'failed', code: 'internal', deadLetter: true }

it.each([
  ['no JSON', '{"jobId": "'],
  ['of another shape', '{"jobId": 7}'],
])(
  'ends a job whose record is damaged, as a dead letter, after three tries: %s',
  async (_, text) => {
    const test = await openTestStore()
    const jobId = await acceptOnHost(test)
    await test.redis.hset(test.keys.job(jobId), 'snapshot', text)
    for (const delayMs of [2_000, 2_000])
      expect(await turn(toDeps(test.store), jobId)).toEqual({ ticket: 'again', delayMs })
    // nobody takes it for a job that kills workers
    expect(await test.redis.hmget(test.keys.job(jobId), 'held', 'lost')).toEqual([null, ''])
    expect(await turn(toDeps(test.store), jobId)).toEqual({ ticket: 'spent' })
    expect(await endOf(test, jobId)).toEqual(DEAD)
    expect(await test.redis.zscore(test.keys.deadLetters, jobId)).not.toBeNull()
    expect(await test.redis.zscore(test.keys.open, jobId)).toBeNull()
    // who watches hears of it
    expect((await test.store.eventsAfter(jobId, 0)).events).toMatchObject([
      { type: 'status', seq: 1, status: 'failed' },
    ])
    expect(await turn(toDeps(test.store), jobId)).toEqual({ ticket: 'spent' })
  },
)

it('ends a job whose last attempt was noted in a way that cannot be read', async () => {
  const test = await openTestStore()
  const jobId = await acceptOnHost(test)
  await test.redis.hset(test.keys.job(jobId), 'run', '{"attempt": "one"}')
  for (let time = 0; time < 3; time += 1) await turn(toDeps(test.store), jobId)
  expect(await endOf(test, jobId)).toEqual(DEAD)
})

it('leaves a job of a newer version to newer workers, but not for ever', async () => {
  const test = await openTestStore()
  const jobId = await acceptOnHost(test)
  await test.redis.hset(test.keys.job(jobId), 'v', '9', 'snapshot', '{"new": true}')
  const hour = toDeps(test.store)
  const back = { ticket: 'again', delayMs: 1_000 }
  for (let time = 0; time < 5; time += 1) expect(await turn(hour, jobId)).toEqual(back)
  const impatient = toDeps(test.store, { timings: { ...toWorkerTimings(), newerWaitMs: 1 } })
  // a newer worker writes: the wait begins anew
  await test.redis.hset(test.keys.job(jobId), 'stamp', 'newer')
  expect(await turn(impatient, jobId)).toEqual(back)
  expect(await test.redis.hget(test.keys.job(jobId), 'snapshot')).toBe('{"new": true}')
  await expect.poll(() => turn(impatient, jobId)).toEqual({ ticket: 'spent' })
  expect(await endOf(test, jobId)).toEqual(DEAD)
})
