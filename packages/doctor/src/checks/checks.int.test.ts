/** What is found on real things that are broken on purpose. */
import { writeFile, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { type AddressInfo, createServer as createNetServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseConfig, tellNobody } from '@safelight/runtime'
import { ASSET_STORE_SHAPE } from '@safelight/assets'
import { closeRedis, createKeys, createRedis } from '@safelight/store'
import { findOrStartRedis, startRedisProxy } from '@safelight/testkit'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import type { Check } from '../check.ts'
import { adminPortChecks, portCheck } from './port.ts'
import { redisCheck } from './redis.ts'
import { storeCheck } from './store.ts'

const DAY_MS = 86_400_000

/** `verdict check`, of each finding. */
async function examine(check: Check): Promise<string[]> {
  const findings = await check.run(AbortSignal.timeout(10_000))
  for (const { verdict, advice } of findings) expect(advice === null).toBe(verdict === 'ok')
  return findings.map(({ verdict, check: name }) => `${verdict} ${name}`)
}

describe('a Redis', () => {
  const namespace = 'doctor'
  const check = (url: string, highWaterPercent = 90, retentionMs = DAY_MS) =>
    redisCheck({
      open: () => createRedis(url, 'api', { emit: tellNobody }),
      namespace,
      highWaterPercent,
      retentionMs,
    })
  /** One that may be broken. */
  async function startRedis(skip: (why: string) => void) {
    if (inject('redisKind') !== 'process') skip('this needs a redis-server that may be broken')
    const server = await findOrStartRedis({ only: 'process' })
    onTestFinished(() => server.close())
    const admin = createRedis(server.url, 'worker', { emit: tellNobody })
    onTestFinished(() => closeRedis(admin))
    return { server, admin }
  }

  it('that is not there is told at once', async () => {
    const [gone] = await check('redis://127.0.0.1:1').run(AbortSignal.timeout(10_000))
    expect(gone).toMatchObject({ verdict: 'fail', found: 'cannot be reached (ECONNREFUSED)' })
  })

  it('that hangs is told in seconds', async () => {
    const proxy = await startRedisProxy(inject('redisUrl'))
    onTestFinished(() => proxy.close())
    proxy.swallow()
    const [hangs] = await check(proxy.url).run(AbortSignal.timeout(20_000))
    expect(hangs?.verdict).toBe('fail')
    expect(hangs?.found).toMatch(/^cannot be reached/)
  })

  it('that evicts, keeps no file, is full and lets us do little is told of all of it', async ({
    skip,
  }) => {
    const { server, admin } = await startRedis(skip)
    await admin.config('SET', 'maxmemory-policy', 'allkeys-lru')
    await admin.config('SET', 'maxmemory', 100 * 1024 ** 2)
    const found = await examine(check(server.url))
    expect(found).toEqual(
      expect.arrayContaining([
        'ok redis',
        'fail redis setup',
        'warn redis setup',
        'ok redis memory',
        'ok redis clock',
        'ok redis rights',
      ]),
    )
    expect(found).toContainEqual(expect.stringMatching(/redis latency$/))
    // what it wrote to try is gone
    expect(await admin.keys('*')).toEqual([])

    await admin.config('SET', 'maxmemory-policy', 'noeviction')
    expect(await examine(check(server.url, 1))).toContain('fail redis memory')

    const user = ['reader', 'on', '>secret-of-reader', '~*', '&*', '+@all', '-zadd', '-publish']
    await admin.call('ACL', 'SETUSER', ...user)
    const url = server.url.replace('redis://', 'redis://reader:secret-of-reader@')
    const findings = await check(url).run(AbortSignal.timeout(10_000))
    expect(findings).toContainEqual(
      expect.objectContaining({ verdict: 'fail', found: 'we may not: ZADD, PUBLISH' }),
    )
    const [denied] = await check(url.replace('secret-of-reader', 'wrong-secret')).run(
      AbortSignal.timeout(10_000),
    )
    expect(denied).toMatchObject({
      verdict: 'fail',
      found: 'does not accept our credentials (WRONGPASS)',
    })
    expect(JSON.stringify([findings, denied])).not.toContain('secret-of')
  })

  it('that will be full before the first job may go is told of it', async ({ skip }) => {
    const { server, admin } = await startRedis(skip)
    const keys = createKeys(namespace)
    const nowMs = Date.now()
    // two hours of jobs, of a kilobyte each
    for (let n = 0; n < 240; n += 1) {
      await admin.zadd(keys.index('default'), nowMs - n * 30_000, `job-${n}`)
      await admin.set(keys.workflow(`job-${n}`), 'x'.repeat(1_000))
    }
    await admin.config('SET', 'maxmemory', 100 * 1024 ** 2)
    expect(await examine(check(server.url))).toContain('ok redis growth')
    const findings = await check(server.url, 90, 3_650 * DAY_MS).run(AbortSignal.timeout(10_000))
    expect(findings).toContainEqual(
      expect.objectContaining({
        check: 'redis growth',
        verdict: 'warn',
        found: expect.stringMatching(
          /^RETENTION is 3650 d: at the present rate \(240 jobs in (120 min|2 h)\) Redis is full in \d+ d; all of it takes \d+ GB$/,
        ),
        advice: expect.stringContaining('RETENTION lower on all APIs and workers'),
      }),
    )
  })
})

describe('a folder of blobs', () => {
  async function newFolder(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'doctor-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    return folder
  }
  const check = (folder: string) =>
    storeCheck({ ...parseConfig(z.object(ASSET_STORE_SHAPE), {}), SAFELIGHT_DATA_DIR: folder })

  it('that takes bytes is fine', async () => {
    expect((await examine(check(await newFolder())))[0]).toBe('ok store')
  })

  it('that cannot be written to is told', async () => {
    const folder = await newFolder()
    // as root one may write wherever there are folders
    await writeFile(join(folder, 'blobs'), 'no folder')
    const [finding] = await check(folder).run(AbortSignal.timeout(10_000))
    expect(finding).toMatchObject({
      verdict: 'fail',
      found: expect.stringMatching(/^local: does not take, give and remove bytes: E[A-Z]+$/),
    })
  })
})

describe('a port', () => {
  it('for administrators is looked at when it was set, as otherwise another will do', () => {
    const names = (port: number | null | undefined) =>
      adminPortChecks({ ADMIN_HOST: '127.0.0.1', ADMIN_PORT: port }).map(({ name }) => name)
    expect([names(9_464), names(null), names(undefined)]).toEqual([['admin_port'], [], []])
  })

  const check = (port: number) => portCheck({ setting: 'PORT', host: '127.0.0.1', port })

  it('is free, ours, or somebody else’s', async () => {
    expect(await examine(check(0))).toEqual(['ok port'])
    const ours = createServer((_request, response) => response.end('{"status":"ok"}'))
    await new Promise<void>((resolve) => ours.listen(0, '127.0.0.1', resolve))
    // a server that listens on a port has such an address
    const { port } = ours.address() as AddressInfo
    expect(await check(port).run(AbortSignal.timeout(10_000))).toMatchObject([
      { verdict: 'ok', found: `${port} is taken by a Safelight that runs` },
    ])
    await new Promise((resolve) => ours.close(resolve))
    const [free] = await check(port).run(AbortSignal.timeout(10_000))
    expect(free).toMatchObject({ verdict: 'ok', found: `${port} is free` })
    const other = createNetServer((socket) => socket.destroy())
    await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve))
    expect(await examine(check(port))).toEqual(['fail port'])
    await new Promise((resolve) => other.close(resolve))
  })
})
