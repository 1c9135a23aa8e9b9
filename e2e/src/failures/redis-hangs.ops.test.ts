/** A Redis that hangs: it accepts connections and keeps them, and answers nothing. What operators and balancers ask is answered all the same. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApi } from '@safelight/api'
import { loadApiConfig } from '@safelight/api/config'
import { createLogger, createScope } from '@safelight/runtime'
import { startSimulator } from '@safelight/simulator'
import {
  childEnv,
  createRedisServer,
  findFreePort,
  findRedisServer,
  type RedisServer,
  until,
} from '@safelight/testkit'
import { createWorkerApp } from '@safelight/worker'
import { loadWorkerConfig } from '@safelight/worker/config'
import { QUICK_TIMINGS } from '@safelight/worker/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { endOf, submit, whenExecuting } from '../testing/client.ts'
import { slow } from '../testing/workflows.ts'

const binary = findRedisServer()
const why = binary ? '' : ' (skipped: no redis-server on the PATH)'
/** What a scraper waits by default; a reading has two seconds, on a machine that does other things, too. */
const SCRAPE_MS = 10_000

describe.skipIf(!binary && !inject('requireAll'))(`Redis hangs${why}`, () => {
  const scope = createScope('a Redis that hangs')
  let server: RedisServer
  let url = ''
  let jobId = ''
  let admins: Record<'api' | 'worker', string>

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'safelight-hangs-'))
    scope.defer(() => rm(folder, { recursive: true, force: true }))
    server = scope.use(
      await createRedisServer({ binary: binary ?? 'redis-server', folder, env: childEnv() }),
    )
    await server.start()
    const log = createLogger({ level: 'silent', name: 'test' })
    const host = scope.use(await startSimulator({ dialect: '0.33.0', speed: 1 }))
    const env = {
      REDIS_URL: server.url,
      SAFELIGHT_DATA_DIR: join(folder, 'data'),
      ADMIN_PORT: '0',
    }
    const api = scope.use(await createApi(loadApiConfig({ ...env, PORT: '0' }), { log }))
    const adminPort = String(await findFreePort())
    const config = loadWorkerConfig({ ...env, ADMIN_PORT: adminPort, COMFYUI_HOSTS: host.url })
    const worker = await createWorkerApp(config, { log, timings: QUICK_TIMINGS })
    scope.use(worker)
    // whatever has failed: nobody can be closed before it answers
    scope.defer(() => server.kill('SIGCONT'))
    url = api.url
    admins = { api: api.adminUrl ?? '', worker: `http://127.0.0.1:${adminPort}` }
    jobId = (await submit(url, slow({ steps: 60, seconds: 0.2 }))).id
    await whenExecuting(url, jobId)
    await server.kill('SIGSTOP')
  })
  afterAll(() => scope.close())

  const ask = async (address: string) => {
    const answer = await fetch(address, { signal: AbortSignal.timeout(SCRAPE_MS) })
    return { status: answer.status, text: await answer.text() }
  }
  const upOf = async (admin: string) =>
    [...(await ask(`${admin}/metrics`)).text.matchAll(/^safelight_redis_up\{role="(\w+)"\} (\d)/gm)]
      .map(([, role, up]) => `${role} ${up}`)
      .toSorted()

  it('is told of as 0 by every scrape, on each connection, the listening one, too', async () => {
    // a client that was cut off tries again and again meanwhile: always the same answer
    for (const role of ['api', 'worker'] as const)
      for (let scrape = 0; scrape < 2; scrape += 1)
        expect(await upOf(admins[role])).toEqual([`${role} 0`, 'subscriber 0'].toSorted())
  })

  it.each(['api', 'worker'] as const)(
    'stops nothing that is asked of the admin port of the %s',
    async (role) => {
      const admin = admins[role]
      expect((await ask(`${admin}/livez`)).status).toBe(200)
      const ready = await ask(`${admin}/readyz`)
      expect([ready.status, JSON.parse(ready.text)]).toMatchObject([
        503,
        { status: 'unavailable', reasons: [{ code: 'redis_away' }] },
      ])
      const state = await ask(`${admin}/debug/state`)
      expect([state.status, JSON.parse(state.text)]).toMatchObject([200, { redis: {} }])
      const job = await ask(`${admin}/debug/jobs/${jobId}`)
      expect([job.status, JSON.parse(job.text)]).toMatchObject([
        503,
        { error: { code: 'unavailable' } },
      ])
    },
  )

  it('is up again when it answers, and the job ends as if nothing had been', async () => {
    await server.kill('SIGCONT')
    for (const role of ['api', 'worker'] as const)
      await until(async () => (await upOf(admins[role])).every((up) => up.endsWith(' 1')), {
        what: `the connections of the ${role} are up`,
      })
    await until(async () => (await ask(`${admins.api}/readyz`)).status === 200)
    expect(await endOf(url, jobId)).toMatchObject({ status: 'succeeded', attempt: 1 })
  })
})
