/** The whole of Safelight on one machine: Redis, hosts, one API, two workers, each found or started. */
import { randomUUID } from 'node:crypto'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Writable } from 'node:stream'
import { startSimulator } from '@safelight/simulator'
import { findFreePort, findOrStartRedis } from '@safelight/testkit'
import type { DemoConfig } from '../config.ts'
import { type Child, startChild } from './child.ts'
import { waitForApi } from './wait-for-api.ts'

export interface DemoStackOptions {
  config: DemoConfig
  /** Outputs are stored under it. */
  dataDir: string
  /** Run the sources and restart on change, instead of the build. */
  reload: boolean
  /** Log lines of the processes. */
  output: Writable
  /** One line per thing that is up, for people. */
  say: (line: string) => void
  signal: AbortSignal
}

export interface DemoStack {
  apiUrl: string
  hosts: string[]
  close(): Promise<void>
}

const WORKERS = 2
/** Two generations at once, to show that clients need not care. */
const SIMULATED = ['0.33.0', '0.3.64'] as const

export async function startDemoStack(options: DemoStackOptions): Promise<DemoStack> {
  const opened: (() => Promise<void>)[] = []
  const close = async () => {
    for (const release of opened.splice(0).toReversed()) await release()
  }
  try {
    return { ...(await open(options, opened)), close }
  } catch (error) {
    await close()
    throw error
  }
}

async function open(
  options: DemoStackOptions,
  opened: (() => Promise<void>)[],
): Promise<Omit<DemoStack, 'close'>> {
  const { config, say, signal } = options
  const redis = await findOrStartRedis({
    ...(config.redisUrl ? { url: config.redisUrl } : {}),
    log: say,
    signal,
  })
  opened.push(() => redis.close())
  const hosts = config.hosts.length > 0 ? config.hosts : await startHosts(config.speed, opened)
  say(
    config.hosts.length > 0
      ? `hosts: ${hosts.length} of your own`
      : `hosts: ${hosts.length} simulated (set COMFYUI_HOSTS to use your own)`,
  )

  const port = await findFreePort(config.port ?? 8080)
  const env = {
    ...config.env,
    REDIS_URL: redis.url,
    // a Redis that others use, too, must not see our jobs among theirs
    SAFELIGHT_NAMESPACE: `demo-${randomUUID().slice(0, 8)}`,
    SAFELIGHT_DATA_DIR: options.dataDir,
  }
  const start = (name: string, app: string, extra: Record<string, string>): Child => {
    const child = startChild({
      name,
      args: toArgs(app, options.reload),
      env: { ...env, ...extra },
      output: options.output,
    })
    opened.push(() => child.close())
    return child
  }
  const children = [start('api', 'api', { PORT: String(port), HOST: '127.0.0.1' })]
  for (let n = 1; n <= WORKERS; n += 1) {
    children.push(
      start(`worker ${n}`, 'worker', {
        COMFYUI_HOSTS: hosts.join(','),
        // the demo has hosts of its own, whatever this shell is set up for
        SAFELIGHT_HOSTS_FILE: '',
        WORKER_NAME: `worker-${n}`,
      }),
    )
  }
  const apiUrl = `http://127.0.0.1:${port}`
  await waitForApi(apiUrl, { children, signal })
  say(`api: ${apiUrl}, workers: ${WORKERS}`)
  return { apiUrl, hosts }
}

async function startHosts(speed: number, opened: (() => Promise<void>)[]): Promise<string[]> {
  const urls: string[] = []
  for (const dialect of SIMULATED) {
    const simulator = await startSimulator({ dialect, speed })
    opened.push(() => simulator.close())
    urls.push(simulator.url)
  }
  return urls
}

/** Arguments for node to run an app: its build, or its sources with a restart on every change. */
function toArgs(app: string, reload: boolean): string[] {
  const root = join(import.meta.dirname, '../../../..')
  if (!reload) return [join(root, 'apps', app, 'dist/main.js')]
  const tsx = join(
    dirname(createRequire(import.meta.url).resolve('tsx/package.json')),
    'dist/cli.mjs',
  )
  return [
    tsx,
    'watch',
    '--clear-screen=false',
    '--conditions=@safelight/source',
    join(root, 'apps', app, 'src/main.ts'),
  ]
}
