/** The primary goes, and Sentinels make its replica the next one: all of them processes of our own. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { jobPageSchema } from '@safelight/shared'
import {
  type Cluster,
  childEnv,
  findRedisServer,
  isInSync,
  type RedisGroup,
  startCluster,
  startRedisGroup,
  until,
} from '@safelight/testkit'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { endOf, submit } from '../testing/client.ts'
import { outcomesOf } from '../testing/hosts.ts'
import { putJobsUnderWay } from '../testing/jobs-under-way.ts'
import { QUICK_WORKER } from '../testing/quick-cluster.ts'
import { brief } from '../testing/workflows.ts'

const binary = findRedisServer()
const why = binary ? '' : ' (skipped: no redis-server on the PATH)'

let group: RedisGroup
let cluster: Cluster
let folder = ''

/** Jobs under way and watched; then this happens to the primary. */
async function blow(signal: 'SIGKILL' | 'SIGSTOP') {
  const url = cluster.apis[0]?.url ?? ''
  const jobs = await putJobsUnderWay(url, { steps: 40, seconds: 0.1, waiting: 8 })
  await group.untilReplicated()
  const old = await group.primary()
  await old.kill(signal)
  const first = await until(() => submit(url, brief()).catch(() => null), {
    what: 'the API takes jobs again',
    withinMs: 30_000,
  })
  const all = [jobs.running, ...jobs.waiting, first.id]
  const ends = await Promise.all(all.map((id) => endOf(url, id)))
  await jobs.expectWatchedToEnd()
  const page = await fetch(`${url}/api/v2/jobs?limit=100`)
  // an accept whose answer went down with the primary may be one of them
  return { old, ends, jobs: jobPageSchema.parse(await page.json()).jobs.length }
}

describe.skipIf(!binary && !inject('requireAll'))(`Redis fails over${why}`, () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'safelight-group-'))
    group = await startRedisGroup({ binary: binary ?? 'redis-server', folder, env: childEnv() })
    const redis = { url: group.url }
    cluster = await startCluster({ redis, speed: 1, env: { worker: QUICK_WORKER } })
  })
  afterAll(async () => {
    await cluster.close()
    await group.close()
    await rm(folder, { recursive: true, force: true })
  })

  it.for(['SIGKILL', 'SIGSTOP'] as const)(
    'ends every job that the replica had, once, before the eyes of its watchers (%s), and takes the old primary back as a replica',
    async (signal) => {
      const { old, ends, jobs } = await blow(signal)
      expect(ends.map(({ status, attempt }) => [status, attempt])).toEqual(
        ends.map(() => ['succeeded', 1]),
      )
      expect(await outcomesOf(cluster.simulators)).toEqual(Array(jobs).fill('success'))
      expect(await group.primary()).not.toBe(old)
      if (signal === 'SIGKILL') await old.start()
      else await old.kill('SIGCONT')
      await until(() => isInSync(old), { what: 'the old primary is a replica' })
    },
  )
})
