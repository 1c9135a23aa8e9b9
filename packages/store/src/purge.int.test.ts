import { createHash, randomUUID } from 'node:crypto'
import type { Asset } from '@safelight/shared'
import { newAsset, output, status } from '@safelight/testkit'
import { acceptJob, openTestStore } from '@safelight/testkit/vitest'
import { expect, it } from 'vitest'
import { createPurgeStore } from './purge.ts'

const DAY_MS = 24 * 3_600_000

async function open() {
  const stack = await openTestStore()
  const { redis, keys, store, assets } = stack
  const purging = createPurgeStore({ redis, keys })

  /** Bytes of its own, unless it is over those of another. */
  async function mint(over: Partial<Asset>) {
    const id = randomUUID()
    const hash = `blake3:${createHash('sha256').update(id).digest('hex')}`
    const asset = newAsset({ id, hash, expires_at: Date.now() + DAY_MS, ...over })
    const key = await assets.begin()
    await assets.mint(asset, { key, size: asset.size_bytes })
    return { ...asset, key }
  }

  /** Has made these outputs, and ended. */
  async function end(jobId: string, outputs: readonly Asset[], over = status('succeeded')) {
    await store.append(jobId, () => status('running', { attempt: 1 }))
    for (const { id, hash } of outputs) {
      const body = output(id)
      if (body.type !== 'output') throw new Error('not an output')
      await store.append(jobId, () => ({ ...body, output: { ...body.output, hash } }))
    }
    const ended = await store.append(jobId, () => over)
    if (ended.outcome !== 'appended') throw new Error(ended.outcome)
    return ended.snapshot
  }

  /** Every key whose name or content speaks of one of these. */
  async function traces(...words: string[]): Promise<string[]> {
    const found: string[] = []
    for (const name of await redis.keys(`${keys.prefix}*`)) {
      const text = `${name} ${JSON.stringify(await readAny(name))}`
      if (words.some((word) => text.includes(word))) found.push(name)
    }
    return found
  }

  async function readAny(name: string): Promise<unknown> {
    switch (await redis.type(name)) {
      case 'hash':
        return redis.hgetall(name)
      case 'zset':
        return redis.zrange(name, '0', '-1')
      case 'set':
        return redis.smembers(name)
      case 'list':
        return redis.lrange(name, 0, -1)
      case 'stream':
        return redis.xrange(name, '-', '+')
      default:
        return redis.get(name)
    }
  }

  return { ...stack, purging, mint, end, traces }
}

it('leaves nothing of a job: not a key, not a member of a list, and its bytes are in the trash', async () => {
  const { store, assets, purging, mint, end, traces } = await open()
  const input = await mint({})
  const jobId = await acceptJob(store, {
    inputs: [input.id],
    extraData: { api_key_comfy_org: 'a key' },
    limits: { startBy: Date.now() + DAY_MS, timeoutMs: null, nodeRetries: 0 },
    metadata: { order: 'xyzzy' },
  })
  const made = await mint({ job_id: jobId })
  await store.publishPreview(jobId, {
    nodeId: '1',
    contentType: 'image/jpeg',
    data: new Uint8Array(3),
  })
  const snapshot = await end(jobId, [made])
  expect((await traces(jobId)).length).toBeGreaterThan(5)

  expect(await purging.purge(snapshot)).toEqual({
    outcome: 'purged',
    outputs: 1,
    kept: 0,
    bytes: 12,
  })
  expect(await traces(jobId, made.id, made.hash.slice(7), 'xyzzy')).toEqual([])
  expect(await assets.trash(9)).toEqual([made.key])
  // what its sender has uploaded is not the job's
  expect(await assets.load(input.id)).not.toBeNull()
  expect(await purging.purge(snapshot)).toEqual({ outcome: 'gone' })
})

it('touches no job that goes on, or that is not as it was seen', async () => {
  const { store, purging, end, traces } = await open()
  const jobId = await acceptJob(store)
  const ended = await end(await acceptJob(store), [])
  const before = await traces(jobId)
  // as if it had been read when it had ended
  const mistaken = { ...ended, jobId }
  expect(await purging.purge(mistaken)).toEqual({ outcome: 'changed' })
  expect(await purging.purge({ ...mistaken, status: 'queued' })).toEqual({ outcome: 'changed' })
  expect(await traces(jobId)).toEqual(before)
  expect(await purging.purge({ ...ended, stamp: 'another' })).toEqual({ outcome: 'changed' })
  expect(await store.load(ended.jobId)).not.toBeNull()
})

it('keeps an output that a job needs which has not ended, and what that job was promised', async () => {
  const { redis, keys, store, assets, purging, mint, end } = await open()
  const jobId = await acceptJob(store)
  const made = await mint({ job_id: jobId })
  const first = await end(jobId, [made])
  const next = await acceptJob(store, { inputs: [made.id] })
  const until = await redis.zscore(keys.assetsExpiry, made.id)
  expect(await purging.purge(first)).toMatchObject({ outcome: 'purged', outputs: 0, kept: 1 })
  expect(await assets.load(made.id)).not.toBeNull()
  expect(await redis.zscore(keys.assetsExpiry, made.id)).toBe(until)
  expect(await redis.smembers(keys.assetHolds(made.id))).toEqual([next])
  // it has an end: its time, or somebody who deletes it
  await end(next, [])
  expect(await assets.remove(made.id)).toBe('removed')
})

it('keeps an output that a dead letter would need, although its own job would have been kept for longer', async () => {
  const { store, assets, purging, mint, end } = await open()
  const jobId = await acceptJob(store)
  const made = await mint({ job_id: jobId })
  // it takes the output while the first one goes on, and is over before
  const next = await acceptJob(store, { inputs: [made.id] })
  await end(next, [])
  const first = await end(jobId, [made], status('failed', { deadLetter: true }))
  expect(await purging.purge(first)).toMatchObject({ outcome: 'purged', outputs: 0, kept: 1 })
  expect(await assets.load(made.id)).not.toBeNull()
})

it('shortens no time of an output that another job needs when the one that made it ends', async () => {
  const { redis, keys, store, mint, end } = await open()
  const jobId = await acceptJob(store)
  const made = await mint({ job_id: jobId })
  const next = await acceptJob(store, { inputs: [made.id] })
  const dead = await end(next, [], status('failed', { deadLetter: true }))
  await end(jobId, [made])
  expect(Number(await redis.zscore(keys.assetsExpiry, made.id))).toBeGreaterThan(dead.expiresAt)
})

it('keeps an output whose time was made longer, and bytes that another asset has', async () => {
  const { store, assets, purging, mint, end } = await open()
  const jobId = await acceptJob(store)
  const [longer, shared] = [await mint({ job_id: jobId }), await mint({ job_id: jobId })]
  const twin = await mint({ hash: shared.hash })
  const snapshot = await end(jobId, [longer, shared])
  await assets.extend(longer.id, snapshot.expiresAt + 2 * DAY_MS)
  expect(await purging.purge(snapshot)).toMatchObject({ outputs: 1, kept: 1, bytes: 0 })
  expect(await assets.load(longer.id)).not.toBeNull()
  expect(await assets.load(shared.id)).toBeNull()
  expect(await assets.blobOf(twin.hash)).toEqual({ key: shared.key, size: 12 })
})

it('finds what has ended: by status, by owner and by age, and dead letters only when they are meant', async () => {
  const { store, purging, end } = await open()
  const ended = await end(await acceptJob(store), [])
  const failed = await end(await acceptJob(store, { owner: 'a' }), [], status('failed'))
  const dead = await end(await acceptJob(store), [], status('failed', { deadLetter: true }))
  await acceptJob(store)
  const find = async (over: Partial<Parameters<typeof purging.find>[0]>) => {
    const { jobs } = await purging.find({ deadLetters: false, limit: 100, ...over })
    return jobs.map(({ jobId }) => jobId).toSorted()
  }
  const ids = (...jobs: { jobId: string }[]) => jobs.map(({ jobId }) => jobId).toSorted()
  expect(await find({})).toEqual(ids(ended, failed))
  expect(await find({ deadLetters: true })).toEqual(ids(ended, failed, dead))
  expect(await find({ status: ['failed', 'queued'] })).toEqual(ids(failed))
  expect(await find({ owner: 'a' })).toEqual(ids(failed))
  expect(await find({ endedBefore: ended.createdAt })).toEqual([])
  expect(await find({ endedBefore: Date.now() + 60_000 })).toEqual(ids(ended, failed))
})

it('takes a dead letter off the list', async () => {
  const { store, redis, keys, purging, end } = await open()
  const dead = await end(await acceptJob(store), [], status('failed', { deadLetter: true }))
  expect(await purging.purge(dead)).toMatchObject({ outcome: 'purged' })
  expect(await redis.zrange(keys.deadLetters, '0', '-1')).toEqual([])
})
