/** What 0.1.0 wrote into Redis is read by this version, and what a newer one wrote is refused. */
import { readFile } from 'node:fs/promises'
import { acceptJob, openTestStore } from '@safelight/testkit/vitest'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { NO_NEEDS, SKILLS } from './backlog/needs.ts'
import { createDeadLetterStore } from './dead-letters.ts'
import { createHostRegistry } from './host-registry.ts'
import { OWNER } from './jobs/context.ts'
import { RecordTooNew } from './jobs/record.ts'

const hash = z.record(z.string(), z.string())
const jobSchema = z.object({
  record: hash,
  workflow: z.string(),
  events: z.array(z.tuple([z.string(), z.array(z.string())])),
  failedAt: z.string().optional(),
})
const hostsSchema = z.object({ reports: hash, drains: hash, stuck: hash })

async function read<S extends z.ZodType>(name: string, schema: S): Promise<z.output<S>> {
  const file = new URL(`./fixtures/0.1.0/${name}.json`, import.meta.url)
  return schema.parse(JSON.parse(await readFile(file, 'utf8')))
}

async function open() {
  const test = await openTestStore()
  const { redis, keys } = test
  return {
    ...test,
    deadLetters: createDeadLetterStore(test),
    /** Puts a job where 0.1.0 had it. */
    restore: async (name: string): Promise<string> => {
      const { record, workflow, events, failedAt } = await read(name, jobSchema)
      const { jobId, createdAt, completedAt } = z
        .object({ jobId: z.string(), createdAt: z.number(), completedAt: z.number().nullable() })
        .parse(JSON.parse(record['snapshot'] ?? ''))
      await redis.hset(keys.job(jobId), record)
      await redis.set(keys.workflow(jobId), workflow)
      for (const [id, fields] of events) await redis.xadd(keys.events(jobId), id, ...fields)
      await redis.zadd(keys.index(OWNER), createdAt, jobId)
      if (completedAt === null) await redis.zadd(keys.open, createdAt, jobId)
      if (failedAt !== undefined) await redis.zadd(keys.deadLetters, failedAt, jobId)
      return jobId
    },
  }
}

it('reads jobs of 0.1.0: their snapshots, workflows, events and lists', async () => {
  const { store, restore } = await open()
  const queued = await restore('queued-job')
  const running = await restore('running-job')
  const succeeded = await restore('succeeded-job')
  expect(await store.load(queued)).toMatchObject({
    status: 'queued',
    priority: 3,
    metadata: { shelf: 'lighthouses' },
    limits: { startBy: null, timeoutMs: 60_000, nodeRetries: 1 },
  })
  expect(await store.load(succeeded)).toMatchObject({
    status: 'succeeded',
    progress: { value: 1 },
    outputs: [{ type: 'image' }],
  })
  expect(Object.keys((await store.loadWorkflow(succeeded)) ?? {})).toContain('3')
  const { events, complete } = await store.eventsAfter(succeeded, 0)
  expect(complete).toBe(true)
  expect(events.at(-1)).toMatchObject({ type: 'status', status: 'succeeded' })
  expect((await store.list({ limit: 10 })).jobs.map(({ jobId }) => jobId)).toEqual([
    running,
    succeeded,
    queued,
  ])
  expect((await store.list({ limit: 10, status: ['running', 'queued'] })).jobs).toHaveLength(2)
})

it('goes on with a job that a worker of 0.1.0 has begun', async () => {
  const { store, restore } = await open()
  const jobId = await restore('running-job')
  const before = await store.load(jobId)
  const claim = await store.claim(jobId)
  expect(claim?.lastAttempt).toMatchObject({
    attempt: 1,
    promptId: expect.any(String),
    hostUrl: expect.any(String),
    failures: [],
    unreachableSince: null,
  })
  const token = claim?.token ?? -1
  const end = { type: 'status', status: 'succeeded', phase: null } as const
  expect(await store.append(jobId, () => end, { token })).toMatchObject({
    outcome: 'appended',
    snapshot: { status: 'succeeded', seq: (before?.seq ?? 0) + 1 },
  })
})

it('lists and replays dead letters of 0.1.0, and knows how their attempts failed', async () => {
  const { store, deadLetters, restore } = await open()
  const jobId = await restore('dead-letter')
  expect((await deadLetters.list({ limit: 10 })).jobs.map((job) => job.jobId)).toEqual([jobId])
  expect(await deadLetters.load(jobId)).toMatchObject({
    snapshot: { status: 'failed', deadLetter: true, error: { code: 'out_of_memory' } },
    failures: [{ attempt: 1, cause: 'out_of_memory', orphaned: false }],
  })
  const replay = await deadLetters.replay(jobId)
  expect(replay).toMatchObject({ snapshot: { status: 'queued', replayOf: jobId } })
  const again = replay.outcome === 'replayed' ? replay.snapshot : null
  expect(await store.load(jobId)).toMatchObject({ replayedBy: again?.jobId })
  expect(await store.loadWorkflow(again?.jobId ?? '')).toEqual(await store.loadWorkflow(jobId))
})

it('knows idempotency keys, assets and hosts of 0.1.0', async () => {
  const { store, assets, redis, keys } = await open()
  await redis.hset(keys.idempotency('once'), await read('idempotency', hash))
  expect(await store.loadKeyUse('once')).toMatchObject({
    requestHash: 'abc',
    snapshot: { status: 'queued' },
    answer: { status: 201 },
    inFlight: false,
  })

  const asset = await read('asset', z.string())
  const { id } = z.object({ id: z.string() }).parse(JSON.parse(asset))
  await redis.set(keys.asset(id), asset)
  expect(await assets.load(id)).toMatchObject({ id, type: 'image' })

  const { reports, drains, stuck } = await read('hosts', hostsSchema)
  await redis.hset(keys.hosts, reports)
  await redis.hset(keys.hostDrains, drains)
  await redis.hset(keys.hostStuck, stuck)
  const { at } = z.object({ at: z.number() }).parse(JSON.parse(Object.values(reports)[0] ?? ''))
  const registry = createHostRegistry({ redis, keys, now: () => at })
  expect(await registry.list()).toMatchObject([{ workers: ['worker-1'], state: 'draining' }])
  expect(await registry.sharedFacts(Object.keys(stuck))).toMatchObject([{ stuck: { begun: true } }])
})

it('keeps a job that asks for more than older workers can do from all who would not know', async () => {
  const { store, redis, keys } = await open()
  const needs = { ...NO_NEEDS, classes: [SKILLS.references, 'LoadImage'] }
  const jobId = await acceptJob(store, { needs })
  // version 1 is as far as they read
  expect(await redis.hget(keys.job(jobId), 'v')).toBe('2')
  expect(await store.load(jobId)).toMatchObject({ status: 'queued' })
  expect(await store.claim(jobId)).not.toBeNull()
})

it('writes its version into each record, and refuses one of a newer version', async () => {
  const { store, redis, keys, deadLetters, restore } = await open()
  const jobId = await restore('dead-letter')
  const again = await deadLetters.replay(jobId)
  const newId = again.outcome === 'replayed' ? again.snapshot.jobId : ''
  expect(await redis.hget(keys.job(newId), 'v')).toBe('1')
  expect(await redis.hget(keys.job(jobId), 'v')).toBeNull()

  const token = await redis.hget(keys.job(jobId), 'fence')
  await redis.hset(keys.job(jobId), 'v', '9')
  const asks = [
    () => store.load(jobId),
    () => store.eventsAfter(jobId, 0),
    () => store.append(jobId, () => null),
    () => store.claim(jobId),
  ]
  for (const ask of asks) {
    const refusal: unknown = await ask().catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(RecordTooNew)
    expect(refusal).toMatchObject({ code: 'record_too_new' })
  }
  // the others are listed
  expect((await store.list({ limit: 10 })).jobs.map((job) => job.jobId)).not.toContain(jobId)
  // nothing was taken from who can read it
  expect(await redis.hget(keys.job(jobId), 'fence')).toBe(token)
})
