/** A backup of a running system, restored into another Redis when the first is gone: the way of docs/redis.md. */
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApi } from '@safelight/api'
import { loadApiConfig } from '@safelight/api/config'
import { createLogger, createScope, type Scope } from '@safelight/runtime'
import { type Simulator, startSimulator } from '@safelight/simulator'
import {
  childEnv,
  createRedisServer,
  findRedisServer,
  type RedisServer,
  withRedis,
} from '@safelight/testkit'
import { createWorkerApp } from '@safelight/worker'
import { loadWorkerConfig } from '@safelight/worker/config'
import { QUICK_TIMINGS } from '@safelight/worker/testing'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { endOf, getJob, submit, whenExecuting } from './testing/client.ts'
import { slow } from './testing/workflows.ts'

const binary = findRedisServer()
const why = binary ? '' : ' (skipped: no redis-server on the PATH)'
const log = createLogger({ level: 'silent', name: 'test' })

interface Ground {
  server: RedisServer
  dataDir: string
  host: Simulator
}

/** @returns the url of an API that has the one worker beside it */
async function start(scope: Scope, { server, dataDir, host }: Ground): Promise<string> {
  const env = { REDIS_URL: server.url, SAFELIGHT_DATA_DIR: dataDir, ADMIN_PORT: 'off' }
  const timings = { reconcileMs: 300 }
  const api = scope.use(await createApi(loadApiConfig({ ...env, PORT: '0' }), { log, timings }))
  const own = { ...env, COMFYUI_HOSTS: host.url, HOST_SLOTS: '1', DRAIN_TIMEOUT: '0s' }
  scope.use(await createWorkerApp(loadWorkerConfig(own), { log, timings: QUICK_TIMINGS }))
  return api.url
}

describe.skipIf(!binary && !inject('requireAll'))(`a Redis that is restored${why}`, () => {
  it('goes on with every job that was there, and pays for no picture twice', async () => {
    const scope = createScope('restored')
    onTestFinished(() => scope.close())
    const folder = await mkdtemp(join(tmpdir(), 'safelight-restored-'))
    scope.defer(() => rm(folder, { recursive: true, force: true }))
    const dataDir = join(folder, 'data')
    await mkdir(dataDir)
    const host = scope.use(await startSimulator({ dialect: '0.33.0', speed: 20 }))
    const at = { binary: binary ?? 'redis-server', folder, env: childEnv() }
    const first = scope.use(await createRedisServer({ ...at, name: 'first' }))
    await first.start()

    const before = createScope('before')
    const url = await start(before, { server: first, dataDir, host })
    const ended = await endOf(url, (await submit(url, slow({ steps: 1 }))).id)
    const running = await submit(url, slow({ steps: 60 }))
    await whenExecuting(url, running.id)
    const waiting = await submit(url, slow({ steps: 1 }))
    await withRedis(first.url, (redis) => redis.save())
    await copyFile(join(folder, 'first-data/dump.rdb'), join(folder, 'backup.rdb'))
    const later = await submit(url, slow({ steps: 1 }))
    await before.close()
    await first.kill('SIGKILL')

    await mkdir(join(folder, 'second-data'), { recursive: true })
    await copyFile(join(folder, 'backup.rdb'), join(folder, 'second-data/dump.rdb'))
    // with an append-only file it would look for that one alone
    const settings = { appendonly: 'no' }
    const second = scope.use(await createRedisServer({ ...at, name: 'second', settings }))
    await second.start()
    await withRedis(second.url, (redis) => redis.config('SET', 'appendonly', 'yes'))
    const again = await start(scope, { server: second, dataDir, host })
    expect(await getJob(again, ended.id)).toMatchObject({ status: 'succeeded', seq: ended.seq })
    for (const { id } of [running, waiting]) {
      const job = await endOf(again, id)
      expect(job).toMatchObject({ status: 'succeeded', attempt: 1, outputs: [{ type: 'image' }] })
      const content = await fetch(`${again}/api/v2/assets/${job.outputs?.[0]?.id}/content`)
      expect(content.status).toBe(200)
    }
    expect((await fetch(`${again}/api/v2/jobs/${later.id}`)).status).toBe(404)
    const fresh = await endOf(again, (await submit(again, slow({ steps: 1 }))).id)
    expect(fresh.status).toBe('succeeded')
    // `ended`, `running`, which went on meanwhile and was adopted, `waiting` and `fresh`
    expect(host.executions().map(({ outcome }) => outcome)).toEqual(Array(4).fill('success'))
  })
})
