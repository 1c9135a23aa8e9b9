/** ACCEPT_REPLICAS over a primary and a replica of our own, which is stopped and goes on. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createScope, tellNobody } from '@safelight/runtime'
import { closeRedis, createRedis, createReplication, whenReady } from '@safelight/store'
import {
  childEnv,
  createRedisServer,
  findRedisServer,
  isInSync,
  type RedisServer,
  until,
} from '@safelight/testkit'
import {
  afterAll,
  afterEach,
  beforeAll,
  describe,
  expect,
  inject,
  it,
  onTestFinished,
} from 'vitest'
import { type ApiStack, startApiStack } from '../testing/api-stack.ts'
import { post, readError, readJob, submitJob } from '../testing/http.ts'
import { DEAD, RUNNING, WORKFLOW } from '../testing/play-worker.ts'

const binary = findRedisServer()
const why = binary ? '' : ' (skipped: no redis-server on the PATH)'
const SETTINGS = { ACCEPT_REPLICAS: '1', ACCEPT_REPLICA_TIMEOUT: '1s' }

describe.skipIf(!binary && !inject('requireAll'))(`a job that replicas must have${why}`, () => {
  const scope = createScope('replicas')
  let primary: RedisServer
  let replica: RedisServer
  let stack: ApiStack
  let jobs: string

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'safelight-replicas-'))
    scope.defer(() => rm(folder, { recursive: true, force: true }))
    const at = { binary: binary ?? 'redis-server', folder, env: childEnv() }
    primary = scope.use(
      await createRedisServer({ ...at, settings: { 'repl-diskless-sync-delay': '0' } }),
    )
    await primary.start()
    const replicaof = `127.0.0.1 ${new URL(primary.url).port}`
    replica = scope.use(
      await createRedisServer({ ...at, name: 'replica', settings: { replicaof } }),
    )
    await replica.start()
    await until(() => isInSync(replica), { what: 'the replica is in sync' })
    stack = await startApiStack({ redisUrl: primary.url, settings: SETTINGS })
    scope.defer(() => stack.close())
    jobs = `${stack.api.url}/api/v2/jobs`
    await untilTaken()
  })
  afterAll(() => scope.close())
  afterEach(async () => {
    await replica.kill('SIGCONT')
    await untilTaken()
  })
  /** From then on the API knows that the replica follows; in sync it may still be slow to say so. */
  const untilTaken = () =>
    until(() => submitJob(stack.api.url).catch(() => null), { what: 'jobs are taken' })

  const submit = (key: string, mode = 'replay') =>
    post(jobs, { workflow: WORKFLOW }, { 'Idempotency-Key': key, 'Idempotency-Mode': mode })
  const errorOf = async (answer: Response): Promise<Record<string, unknown>> => {
    const { code, details } = await readError(answer)
    return { status: answer.status, code, ...details }
  }

  it('gets its 201 when they have it', async () => {
    const reader = createRedis(replica.url, 'worker', { emit: tellNobody })
    onTestFinished(() => closeRedis(reader))
    await whenReady(reader)
    const { id } = await submitJob(stack.api.url)
    expect(await reader.hget(stack.keys.job(id), 'seq')).not.toBeNull()
  })

  it('is told as one that may have been accepted while they do not follow, and by its key when they do', async () => {
    await replica.kill('SIGSTOP')
    const first = await errorOf(await submit('k1'))
    expect(first).toMatchObject({ status: 503, code: 'unavailable', maybe_accepted: true })
    const before = await stack.store.openBytes()
    // known to lag by now: nothing is made that cannot be confirmed
    const other = await errorOf(await submit('k2'))
    expect(other).toMatchObject({ status: 503, code: 'unavailable', reason: 'unreplicated' })
    expect(other).not.toHaveProperty('maybe_accepted')
    expect(await stack.store.openBytes()).toBe(before)
    // it is there, and still nobody may rely on it
    expect(await errorOf(await submit('k1'))).toMatchObject({ maybe_accepted: true })
    await replica.kill('SIGCONT')
    const again = await until(
      async () => {
        const answer = await submit('k1')
        return answer.status === 201 ? answer : null
      },
      { what: 'the replica follows' },
    )
    expect(await again.json()).toMatchObject({ id: first['job_id'], status: 'queued' })
    expect(again.headers.get('idempotent-replayed')).toBe('true')
  })

  it('is so for a dead letter that is replayed, too', async () => {
    const { id } = await submitJob(stack.api.url)
    await stack.append(id, RUNNING)
    await stack.append(id, DEAD)
    await replica.kill('SIGSTOP')
    const answer = await errorOf(
      await post(`${stack.api.url}/api/v2/dead-letters/${id}/replay`, {}),
    )
    expect(answer).toMatchObject({ status: 503, maybe_accepted: true })
    const job = await readJob(stack.api.url, String(answer['job_id']))
    expect(job).toMatchObject({ replay_of: id })
  })

  async function openReplication(timeoutMs: number) {
    const redis = createRedis(primary.url, 'api', { emit: tellNobody, resends: false })
    onTestFinished(() => closeRedis(redis))
    await whenReady(redis)
    const own = { redis, keys: stack.keys, replicas: 1, timeoutMs }
    return { redis, replication: createReplication(own) }
  }
  const countWaits = async () =>
    Number(/cmdstat_wait:calls=(\d+)/.exec(await stack.redis.info('commandstats'))?.[1] ?? 0)

  it('shares the question with all that come meanwhile', async () => {
    const { id } = await submitJob(stack.api.url)
    const { replication } = await openReplication(1_000)
    const before = await countWaits()
    const asked = Array.from({ length: 100 }, () => replication.confirm(id))
    expect(new Set(await Promise.all(asked))).toEqual(new Set([true]))
    expect((await countWaits()) - before).toBe(2)
  })

  it('is not confirmed by a Redis that does not have it, as after a failover', async () => {
    const { id } = await submitJob(stack.api.url)
    const { replication } = await openReplication(1_000)
    const answers = [id, 'unknown', id].map((jobId) => replication.confirm(jobId))
    expect(await Promise.all(answers)).toEqual([true, false, true])
    expect(await replication.confirmKey('unknown')).toBe(false)
    expect(await replication.follows()).toBe(true)
  })

  it('is not confirmed by a new connection when the one that asked is lost', async () => {
    const { id } = await submitJob(stack.api.url)
    const { redis, replication } = await openReplication(60_000)
    await replica.kill('SIGSTOP')
    const own = await redis.client('ID')
    const answer = replication.confirm(id)
    await until(async () => /cmd=wait/.test(String(await stack.redis.client('LIST'))), {
      what: 'it waits',
    })
    await stack.redis.client('KILL', 'ID', own)
    await replica.kill('SIGCONT')
    expect(await answer).toBe(false)
    await whenReady(redis)
    expect(await replication.confirm(id)).toBe(true)
  })
})
