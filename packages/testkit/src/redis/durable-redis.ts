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
}

export async function createRedisServer(options: RedisServerOptions): Promise<RedisServer> {
  const { binary, folder, env, appendfsync = 'always' } = options
  const port = await findFreePort()
  const dataDir = `${folder}/redis-data`
  mkdirSync(dataDir, { recursive: true })
  const settings = {
    bind: '127.0.0.1',
    port: String(port),
    dir: dataDir,
    appendonly: 'yes',
    appendfsync,
    save: '',
    'maxmemory-policy': 'noeviction',
  }
  const started = createProcess({
    name: 'redis',
    command: binary,
    args: Object.entries(settings).flatMap(([key, value]) => [`--${key}`, value]),
    env,
    logDir: folder,
    isReady: () => answersPing(port),
  })
  return { ...started, url: `redis://127.0.0.1:${port}` }
}
