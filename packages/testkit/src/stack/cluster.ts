/** Safelight as it runs in production: every part a process of its own from the build, each on a port it keeps. */
import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createScope } from '@safelight/runtime'
import type { Dialect, ModelMemory } from '@safelight/simulator'
import { childEnv } from '../config.ts'
import { findFreePort } from '../free-port.ts'
import { dumpKeys, removeKeys, withRedis } from '../namespace.ts'
import { answers, createProcess, type Process } from '../processes/process.ts'
import { mainOf } from './mains.ts'
import {
  createRedisServer,
  type RedisServer,
  type RedisServerOptions,
} from '../redis/durable-redis.ts'

export interface ClusterOptions {
  /** A Redis that is there already, or the binary of one to start for us alone. */
  redis: { url: string } | Pick<RedisServerOptions, 'binary' | 'appendfsync'>
  apis?: number
  workers?: number
  hosts?: HostSeed[]
  /** How much faster than life the hosts are. */
  speed?: number
  env?: { api?: Record<string, string>; worker?: Record<string, string> }
  /** Logs and data are kept in a folder of its own under this one; none: a temporary one that goes with the cluster. */
  folder?: string
  /** Asked when it closes: whether its folder, and what a shared Redis holds of it, stay for a look at what went wrong. */
  isToKeep?: () => boolean
  namespace?: string
  /** APIs have admin ports, which they keep; a worker gets its own by the settings it is added with. */
  adminPorts?: boolean
  /** Another checkout, whose bundles are run in place of this one's. */
  checkout?: string
  /** The file to run for a process of this name, asked at each of its starts; none: the bundle. For an API or a worker. */
  programOf?: (name: string) => string | undefined
}

/** A simulated host; `faults` are switches that are on from its every start. */
export interface HostSeed {
  dialect?: Dialect
  vramGb?: number
  modelMemory?: ModelMemory
  /** In place of the cluster's. */
  speed?: number
  faults?: Readonly<Record<string, boolean | number | string>>
}

export interface ApiProcess extends Process {
  url: string
  /** Null when it has none. */
  adminPort: number | null
}

export interface SimulatorProcess extends Process {
  url: string
  /** As jobs name it. */
  hostId: string
  dialect: Dialect
  /** One line per beginning and end of an execution, over all its lives. */
  executionsFile: string
}

export interface Cluster {
  namespace: string
  redisUrl: string
  redis: RedisServer | null
  apis: ApiProcess[]
  workers: Process[]
  simulators: SimulatorProcess[]
  folder: string
  /** Puts one more worker beside the others; it is not started yet. */
  addWorker(env?: Record<string, string>): Process
  close(): Promise<void>
}

const nodeBinary = process.execPath
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const scope = createScope('cluster')
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'safelight-cluster-')))
  await mkdir(folder, { recursive: true })
  if (!options.folder) scope.defer(() => leaveFolder(folder, options.isToKeep))
  try {
    const redis =
      'binary' in options.redis
        ? await createRedisServer({ ...options.redis, folder, env: childEnv() })
        : null
    if (redis) await scope.use(redis).start()
    const redisUrl = redis?.url ?? ('url' in options.redis ? options.redis.url : '')
    const namespace = options.namespace ?? `e2e-${randomUUID()}`
    if (!redis) scope.defer(() => leaveKeys({ redisUrl, namespace, folder }, options.isToKeep))
    const common = {
      ...childEnv(),
      REDIS_URL: redisUrl,
      SAFELIGHT_NAMESPACE: namespace,
      SAFELIGHT_DATA_DIR: join(folder, 'data'),
      LOG_LEVEL: 'info',
      // a test that looks there says so
      ADMIN_PORT: 'off',
    }
    const { checkout, programOf } = options
    const programFor = (name: string, env: Record<string, string> = {}): Program => ({
      name,
      folder,
      env: { ...common, ...env },
      checkout,
      programOf,
    })
    const simulators = await Promise.all(
      (options.hosts ?? [{}]).map((seed, at) =>
        openSimulator(
          { speed: options.speed ?? 20, ...seed, folder, name: `host-${at + 1}` },
          checkout,
        ),
      ),
    )
    const apis = await Promise.all(
      range(options.apis ?? 1).map((n) =>
        openApi(programFor(`api-${n}`, options.env?.api), options.adminPorts),
      ),
    )
    const workers: Process[] = []
    const addWorker = (env: Record<string, string> = {}) => {
      const name = `worker-${workers.length + 1}`
      const hosts = simulators.map(({ url }) => url).join(',')
      const named = { COMFYUI_HOSTS: hosts, WORKER_NAME: name }
      const worker = openWorker(programFor(name, { ...named, ...options.env?.worker, ...env }))
      workers.push(scope.use(worker))
      return worker
    }
    for (const _ of range(options.workers ?? 1)) addWorker()
    for (const process of [...simulators, ...apis]) scope.use(process)
    await Promise.all([...simulators, ...apis, ...workers].map((process) => process.start()))
    return {
      namespace,
      redisUrl,
      redis,
      apis,
      workers,
      simulators,
      folder,
      addWorker,
      close: () => scope.close(),
    }
  } catch (error) {
    await scope.close()
    throw error
  }
}

async function leaveFolder(folder: string, isToKeep = () => false): Promise<void> {
  if (isToKeep()) process.stderr.write(`kept for a look at what went wrong: ${folder}\n`)
  else await rm(folder, { recursive: true, force: true })
}

/** Others use the same Redis. */
async function leaveKeys(
  { redisUrl, namespace, folder }: { redisUrl: string; namespace: string; folder: string },
  isToKeep = () => false,
): Promise<void> {
  await withRedis(redisUrl, async (redis) => {
    if (isToKeep()) await dumpKeys(redis, namespace, join(folder, 'redis.json'))
    await removeKeys(redis, namespace)
  })
}

const range = (length: number) => Array.from({ length }, (_, at) => at + 1)

interface Program {
  name: string
  folder: string
  env: Record<string, string>
  checkout: string | undefined
  programOf: ClusterOptions['programOf']
}

async function openApi(
  { name, folder, env, checkout, programOf }: Program,
  hasAdminPort = false,
): Promise<ApiProcess> {
  const port = await findFreePort()
  const adminPort = hasAdminPort ? await findFreePort() : null
  const url = `http://127.0.0.1:${port}`
  const started = createProcess({
    name,
    command: nodeBinary,
    args: () => [programOf?.(name) ?? mainOf('api', checkout)],
    env: { ...env, PORT: String(port), ...(adminPort && { ADMIN_PORT: String(adminPort) }) },
    logDir: folder,
    isReady: answers(`${url}/readyz`),
  })
  return { ...started, url, adminPort }
}

function openWorker({ name, folder, env, checkout, programOf }: Program): Process {
  return createProcess({
    name,
    command: nodeBinary,
    args: () => [programOf?.(name) ?? mainOf('worker', checkout)],
    env,
    logDir: folder,
    isReady: async (told) => (await told()).includes('"worker started"'),
  })
}

async function openSimulator(
  seed: HostSeed & { name: string; folder: string; speed: number },
  checkout: string | undefined,
): Promise<SimulatorProcess> {
  const { name, dialect = '0.33.0', vramGb = 24, faults = {}, modelMemory, folder, speed } = seed
  const port = await findFreePort()
  const url = `http://127.0.0.1:${port}`
  const executionsFile = join(folder, `${name}.executions.jsonl`)
  const flags = {
    port,
    dialect,
    speed,
    'vram-gb': vramGb,
    faults: JSON.stringify(faults),
    // another checkout may not know it
    ...(modelMemory ? { memory: JSON.stringify(modelMemory) } : {}),
    executions: executionsFile,
  }
  const started = createProcess({
    name,
    command: nodeBinary,
    args: [
      mainOf('simulator', checkout),
      ...Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, String(value)]),
    ],
    env: childEnv(),
    logDir: folder,
    isReady: answers(`${url}/system_stats`),
  })
  return { ...started, url, hostId: `127.0.0.1:${port}`, dialect, executionsFile }
}
