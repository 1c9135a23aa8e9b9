/** A Redis process with an append-only file, that can be killed and started again where it was. */
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { findFreePort } from '../free-port.ts'
import { createProcess, type Process } from '../processes/process.ts'
import { answersPing } from './wait-for-ping.ts'

const BINARIES = ['redis-server', 'valkey-server'] as const

/** Its name, or null when none is installed. */
export function findRedisServer(): string | null {
  return (
    BINARIES.find((name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0) ??
    null
  )
}

export interface RedisServer extends Process {
  url: string
}

export interface RedisServerOptions {
  binary: string
  folder: string
  env: Readonly<Record<string, string>>
  /** `always`, unless told: what was answered is on disk, also when the machine dies in the next moment. */
  appendfsync?: 'always' | 'everysec'
  /** In its log file's name, and its folder's. */
  name?: string
  /** More of its configuration, or other than ours. */
  settings?: Readonly<Record<string, string>>
  /** How long `start` waits is decided by this; unless told, by an answer to PING. */
  isReady?: (port: number) => Promise<boolean>
}

export async function createRedisServer(options: RedisServerOptions): Promise<RedisServer> {
  const { binary, folder, env, appendfsync = 'always', name = 'redis' } = options
  const { isReady = answersPing } = options
  const port = await findFreePort()
  const dataDir = `${folder}/${name}-data`
  mkdirSync(dataDir, { recursive: true })
  const settings = {
    bind: '127.0.0.1',
    port: String(port),
    dir: dataDir,
    appendonly: 'yes',
    appendfsync,
    save: '',
    'maxmemory-policy': 'noeviction',
    ...options.settings,
  }
  const started = createProcess({
    name,
    command: binary,
    args: Object.entries(settings).flatMap(([key, value]) => [`--${key}`, value]),
    env,
    logDir: folder,
    isReady: () => isReady(port),
  })
  return { ...started, url: `redis://127.0.0.1:${port}` }
}
