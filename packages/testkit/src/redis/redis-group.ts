/** A primary, a replica and three Sentinels that watch them, each a process: for tests of a failover. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createScope } from '@safelight/runtime'
import { findFreePort } from '../free-port.ts'
import { withRedis } from '../namespace.ts'
import { createProcess, type Process } from '../processes/process.ts'
import { until } from '../until.ts'
import { createRedisServer, type RedisServer } from './durable-redis.ts'
import { answersPing } from './wait-for-ping.ts'

export interface RedisGroup {
  /** Through the Sentinels. */
  url: string
  /** The first began as the primary. */
  servers: readonly [RedisServer, RedisServer]
  /** The one that all Sentinels call the primary; resolves when they agree. */
  primary(): Promise<RedisServer>
  /** Resolves when what was written so far is on the other server. */
  untilReplicated(): Promise<void>
  close(): Promise<void>
}

export interface RedisGroupOptions {
  binary: string
  folder: string
  env: Readonly<Record<string, string>>
}

const MASTER = 'jobs'
const SENTINELS = 3
/** Short: a test waits for it. */
const DOWN_AFTER_MS = 500
const FAILOVER_TIMEOUT_MS = 5_000
/**
 * Two bounds for the pings. A replica can be chosen only while what it said of itself is younger than five of them, and once
 * the primary is down it is asked every second, whatever is set: 200 ms would be too short. And a new primary that was not
 * pinged for as long as `DOWN_AFTER_MS` counts as down at once.
 */
const PING_MS = 300
const HURRY = Object.entries({
  'INFO-PERIOD': 200,
  'PUBLISH-PERIOD': 200,
  'ASK-PERIOD': 100,
  'PING-PERIOD': PING_MS,
}).flat()

export async function startRedisGroup(options: RedisGroupOptions): Promise<RedisGroup> {
  const scope = createScope('redis group')
  try {
    const first = scope.use(await createRedisServer({ ...options, name: 'redis-1' }))
    const replicaof = `127.0.0.1 ${portOf(first)}`
    const settings = { replicaof, 'repl-diskless-sync-delay': '0' }
    const second = scope.use(await createRedisServer({ ...options, name: 'redis-2', settings }))
    await first.start()
    await second.start()
    await until(() => isInSync(second), { what: 'the replica is in sync' })
    const sentinels = await Promise.all(
      Array.from({ length: SENTINELS }, (_, at) => openSentinel(at + 1, portOf(first), options)),
    )
    await Promise.all(
      sentinels.map(async ({ process, url }) => {
        await scope.use(process).start()
        await hurry(url)
      }),
    )
    const know = () => Promise.all(sentinels.map(({ url }) => knowsAll(url)))
    await until(async () => (await know()).every(Boolean), { what: 'the Sentinels know all' })
    const servers = [first, second] as const
    const primary = () =>
      until(
        async () => {
          const ports = new Set(await Promise.all(sentinels.map(({ url }) => primaryOf(url))))
          const [port] = ports
          return ports.size === 1
            ? (servers.find((server) => portOf(server) === port) ?? null)
            : null
        },
        { what: 'the Sentinels agree on a primary' },
      )
    return {
      url: `redis+sentinel://${sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',')}/${MASTER}`,
      servers,
      primary,
      async untilReplicated() {
        const { url } = await primary()
        await withRedis(url, async (redis) => {
          await redis.set('{test}:marker', '1')
          if ((await redis.wait(1, 10_000)) < 1) throw new Error('the replica does not follow')
        })
      },
      close: () => scope.close(),
    }
  } catch (error) {
    await scope.close()
    throw error
  }
}

const portOf = ({ url }: { url: string }) => Number(new URL(url).port)

export const isInSync = ({ url }: { url: string }): Promise<boolean> =>
  withRedis(url, async (redis) => /^master_link_status:up/m.test(await redis.info('replication')))

async function openSentinel(at: number, primaryPort: number, options: RedisGroupOptions) {
  const { binary, folder, env } = options
  const port = await findFreePort()
  const name = `sentinel-${at}`
  const file = join(folder, `${name}.conf`)
  // it writes what it learns into its file
  writeFileSync(
    file,
    [
      'bind 127.0.0.1',
      `port ${port}`,
      `dir ${folder}`,
      `sentinel monitor ${MASTER} 127.0.0.1 ${primaryPort} 2`,
      `sentinel down-after-milliseconds ${MASTER} ${DOWN_AFTER_MS}`,
      `sentinel failover-timeout ${MASTER} ${FAILOVER_TIMEOUT_MS}`,
    ].join('\n'),
  )
  const process: Process = createProcess({
    name,
    command: binary,
    args: [file, '--sentinel'],
    env,
    logDir: folder,
    isReady: () => answersPing(port),
  })
  return { port, url: `redis://127.0.0.1:${port}`, process }
}

/**
 * They greet each other every two seconds, and ask a server what it is every ten: an old primary that is back stays one for as
 * long. Nobody notices in life, but a test waits. Versions before 7 cannot be told, and take their time.
 */
const hurry = (url: string): Promise<unknown> =>
  withRedis(url, (sentinel) => sentinel.call('SENTINEL', 'DEBUG', ...HURRY).catch(() => undefined))

/** Both other Sentinels, and the replica. */
const knowsAll = (url: string): Promise<boolean> =>
  withRedis(url, async (sentinel) => {
    const info = await sentinel.info('sentinel')
    return info.includes(`slaves=1,sentinels=${SENTINELS}`)
  })

const primaryOf = (url: string): Promise<number> =>
  withRedis(url, async (sentinel) => {
    const reply: unknown = await sentinel.call('SENTINEL', 'get-master-addr-by-name', MASTER)
    return Array.isArray(reply) ? Number(reply[1]) : 0
  })
