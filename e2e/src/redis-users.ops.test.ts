/** The users of deploy/redis/users.acl: each may do what it has to, and nothing else. */
import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApi } from '@safelight/api'
import { loadApiConfig } from '@safelight/api/config'
import { redisCheck } from '@safelight/doctor'
import { createLogger, createScope, tellNobody } from '@safelight/runtime'
import { type Simulator, startSimulator } from '@safelight/simulator'
import { closeRedis, createRedis } from '@safelight/store'
import {
  childEnv,
  createRedisServer,
  findFreePort,
  findRedisServer,
  until,
} from '@safelight/testkit'
import { createWorkerApp } from '@safelight/worker'
import { loadWorkerConfig } from '@safelight/worker/config'
import { QUICK_TIMINGS } from '@safelight/worker/testing'
import type { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { z } from 'zod'
import { submit, whenExecuting } from './testing/client.ts'
import { lookAtAdminPorts } from './testing/admin-flows.ts'
import { goThroughAll } from './testing/main-flows.ts'
import { loadOldDeployment } from './testing/old-deployment.ts'
import {
  callsOfBullMq,
  callsOfOurs,
  type CommandWatch,
  watchCommands,
} from './testing/watch-commands.ts'
import { slow } from './testing/workflows.ts'

const FILE = new URL('../../deploy/redis/users.acl', import.meta.url)
/** What stands in the file for the hash of a password. */
const BLANK = /#SHA-256-OF-ITS-PASSWORD/g
const PASSWORD = 'secret'
const namespace = 'safelight'
const binary = findRedisServer()
const why = binary ? '' : ' (skipped: no redis-server on the PATH)'

describe.skipIf(!binary && !inject('requireAll'))(`users of Redis${why}`, () => {
  const scope = createScope('users of Redis')
  let admin: Redis
  let watch: CommandWatch
  let folder = ''
  let file = ''
  let open: (user: string) => Redis
  let urlOf: (user: string) => string
  let refused: string[] = []
  const found = new Map<string, string[]>()

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'safelight-users-'))
    scope.defer(() => rm(folder, { recursive: true, force: true }))
    file = await readFile(FILE, 'utf8')
    const aclfile = join(folder, 'users.acl')
    const users = file.replaceAll(BLANK, `>${PASSWORD}`)
    // nobody but the test
    await writeFile(
      aclfile,
      users.replace(/^user default .*$/m, 'user default on nopass ~* &* +@all'),
    )
    const at = { binary: binary ?? 'redis-server', folder, env: childEnv() }
    const server = await createRedisServer({
      ...at,
      settings: { aclfile },
      appendfsync: 'everysec',
    })
    await scope.use(server).start()
    // not the first database: that takes a command, too
    urlOf = (user) => `redis://${user}:${PASSWORD}@${new URL(server.url).host}/1`
    open = (user) => createRedis(urlOf(user), 'api', { emit: tellNobody })
    admin = createRedis(`${server.url}/1`, 'worker', { emit: tellNobody })
    scope.defer(() => closeRedis(admin))
    watch = await watchCommands(admin)
    scope.defer(() => watch.close())
    await runAll()
    refused = toRefusals(await admin.acl('LOG'))
    for (const user of ['safelight-api', 'safelight-worker']) found.set(user, await examine(user))
  }, 180_000)
  afterAll(() => scope.close())

  /** Starts all of Safelight, on what an older version has left, does everything, and closes it. */
  async function runAll(): Promise<void> {
    const running = createScope('Safelight')
    try {
      const log = createLogger({ level: 'silent', name: 'test' })
      const dataDir = join(folder, 'data')
      await leaveOldBlob(dataDir)
      const env = (user: string) => ({
        REDIS_URL: urlOf(user),
        SAFELIGHT_NAMESPACE: namespace,
        SAFELIGHT_DATA_DIR: dataDir,
        ADMIN_PORT: '0',
        JANITOR_EVERY: '1s',
      })
      const adminPort = String(await findFreePort())
      const host = running.use(await startSimulator({ dialect: '0.33.0', speed: 20 }))
      const other = running.use(await startSimulator({ dialect: '0.33.0', speed: 20 }))
      const hosts = { first: idOf(host), second: idOf(other) }
      await loadOldDeployment({ redis: admin, namespace }, { hosts })
      const timings = { reconcileMs: 300, deadlineSweepMs: 200, queuePositionMs: 200 }
      const api = await createApi(loadApiConfig({ ...env('safelight-api'), PORT: '0' }), {
        log,
        timings,
      })
      running.use(api)
      const startWorker = async (name: string) =>
        createWorkerApp(
          loadWorkerConfig({
            ...env('safelight-worker'),
            COMFYUI_HOSTS: [host, other].map(({ url }) => url).join(','),
            WORKER_NAME: name,
            MAX_ATTEMPTS: '1',
            ADMIN_PORT: adminPort,
            DRAIN_TIMEOUT: '0s',
          }),
          { log, timings: { ...QUICK_TIMINGS, tidyInputsEveryMs: 100, stagedKeptMs: 0 } },
        )
      const worker = await startWorker('first')
      running.defer(() => worker.close())
      await goThroughAll({ url: api.url, hostId: hosts.second })
      const { id } = await submit(api.url, slow({ steps: 400 }))
      await whenExecuting(api.url, id)
      const admins = { api: api.adminUrl ?? '', worker: `http://127.0.0.1:${adminPort}` }
      await lookAtAdminPorts(admins, id)
    } finally {
      await running.close()
    }
  }

  /** What the doctor says of Redis, as that user. */
  async function examine(user: string): Promise<string[]> {
    const redisOf = () => createRedis(urlOf(user), 'api', { emit: tellNobody })
    const options = { open: redisOf, namespace, highWaterPercent: 90, retentionMs: 86_400_000 }
    const findings = await redisCheck(options).run(AbortSignal.timeout(20_000))
    return findings.map(({ verdict, check }) => `${verdict} ${check}`)
  }

  it('let the API and the workers do all that they do', async () => {
    expect(refused).toEqual([])
  })

  it.each(['safelight-api', 'safelight-worker'])('let the doctor look as %s', (user) => {
    const told = found.get(user)
    for (const what of ['redis', 'redis memory', 'redis rights'])
      expect(told).toContain(`ok ${what}`)
    expect(told?.join()).not.toContain('fail')
  })

  it.each([
    // with ACCEPT_REPLICAS
    ['safelight-api', ['wait'], []],
    ['safelight-worker', [], ['moveToDelayed', 'moveToFinished', 'retryJob']],
  ])('let %s do what it needs, or would in trouble, and nothing else', (user, more, inTrouble) => {
    const { sent, inScripts } = watch.of(user)
    const needed = [...sent, ...more, ...inScripts, ...callsOfOurs(), ...callsOfBullMq(inTrouble)]
    // the doctor asks, and makes do without
    const allowed = new Set(needed.filter((command) => command !== 'config|get'))
    expect(allowedTo(file, user)).toEqual([...allowed].toSorted())
  })

  it.each(['safelight-api', 'safelight-worker', 'safelight-monitor'])(
    'keep %s away from what is not ours',
    async (user) => {
      const redis = open(user)
      try {
        const tries = [
          () => redis.get('other'),
          () => redis.publish('other', 'x'),
          () => redis.set('{safelight}x', '1'),
          () => redis.flushall(),
          () => redis.keys('*'),
          () => redis.config('GET', 'requirepass'),
          () => redis.acl('LIST'),
          () => redis.call('SHUTDOWN', 'NOSAVE'),
        ]
        await until(() => redis.ping().catch(() => null), { what: 'it is connected' })
        for (const attempt of tries) await expect(attempt()).rejects.toThrow(/NOPERM/)
      } finally {
        await closeRedis(redis)
      }
    },
  )

  it('let a monitor see how Redis is, and no key', async () => {
    const redis = open('safelight-monitor')
    try {
      await until(() => redis.ping().catch(() => null), { what: 'it is connected' })
      expect(await redis.info()).toContain('used_memory')
      for (const command of allowedTo(file, 'safelight-monitor')) {
        const [name = '', ...rest] = command.split('|')
        const more = { config: ['maxmemory'], select: ['1'], hello: ['3'] }[name] ?? []
        if (command !== 'client|setname') await redis.call(name, ...rest, ...more)
      }
      await expect(redis.get('{safelight}:open')).rejects.toThrow('NOPERM')
    } finally {
      await closeRedis(redis)
    }
  })

  it('are of no use before they have been given passwords', async () => {
    const users = file.split('\n').filter((line) => line.startsWith('user safelight-'))
    expect(users).toHaveLength(3)
    for (const line of users) {
      const [, name = '', ...rules] = line.split(' ')
      await expect(admin.acl('SETUSER', `${name}-2`, ...rules)).rejects.toThrow('password hash')
    }
    expect(file).toMatch(/^user default off /m)
  })
})

const idOf = ({ url }: Simulator) => new URL(url).host

/** A blob of a version before 0.2 that nobody needs. */
async function leaveOldBlob(dataDir: string): Promise<void> {
  const name = 'ab'.repeat(32)
  const old = join(dataDir, 'blobs/ab')
  await mkdir(old, { recursive: true })
  await writeFile(join(old, name), 'x')
  await utimes(join(old, name), 0, 0)
}

const refusalsSchema = z.array(z.array(z.unknown()))

/** Whom Redis has refused what, each once. */
function toRefusals(log: unknown): string[] {
  const told = refusalsSchema.parse(log).map((entry) => {
    const after = (name: string) => String(entry[entry.indexOf(name) + 1])
    return `${after('username')} ${after('object')}`
  })
  return [...new Set(told)].toSorted()
}

/** The commands that its line of the file names. */
function allowedTo(file: string, user: string): string[] {
  const line = new RegExp(`^user ${user} .*$`, 'm').exec(file)?.[0] ?? ''
  return [...line.matchAll(/ \+(\S+)/g)].map(([, name = '']) => name).toSorted()
}
