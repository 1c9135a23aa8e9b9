/** The whole of Safelight inside one process, on real ports and a real Redis, in a namespace of its own. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type ApiTimingOverrides, createApi } from '@safelight/api'
import { loadApiConfig } from '@safelight/api/config'
import { createScope, type Logger } from '@safelight/runtime'
import { type Dialect, type Simulator, startSimulator } from '@safelight/simulator'
import { createWorkerApp } from '@safelight/worker'
import { loadWorkerConfig } from '@safelight/worker/config'
import { QUICK_TIMINGS } from '@safelight/worker/testing'

export interface StackOptions {
  apis?: number
  workers?: number
  dialects?: Dialect[]
  /** What a hosts file says of each host; unset: the workers know their addresses alone. */
  listed?: { name: string; labels: string[] }[]
  /** How much faster than life the hosts are. */
  speed?: number
  /** Durations of the APIs that differ from their defaults. */
  apiTimings?: ApiTimingOverrides
}

export interface Stack {
  /** One per API process. */
  urls: string[]
  simulators: Simulator[]
  close(): Promise<void>
}

/** @param ground settings that lead to a Redis, a namespace and a folder, and where its log lines go */
export async function startStack(
  {
    apis = 1,
    workers = 1,
    dialects = ['0.33.0'],
    listed = [],
    speed = 20,
    apiTimings = {},
  }: StackOptions,
  { env, log }: { env: Record<string, string>; log: Logger },
): Promise<Stack> {
  const scope = createScope('stack')
  try {
    const simulators: Simulator[] = []
    for (const dialect of dialects)
      simulators.push(scope.use(await startSimulator({ dialect, speed })))
    const urls: string[] = []
    for (let n = 0; n < apis; n += 1)
      urls.push(
        scope.use(
          await createApi(loadApiConfig({ ...env, PORT: '0' }), { log, timings: apiTimings }),
        ).url,
      )
    const hosts = await nameHosts(simulators, listed, env)
    for (let n = 0; n < workers; n += 1) {
      const config = loadWorkerConfig({ ...env, ...hosts, WORKER_NAME: `worker-${n}` })
      scope.use(await createWorkerApp(config, { log, timings: QUICK_TIMINGS }))
    }
    return { urls, simulators, close: () => scope.close() }
  } catch (error) {
    await scope.close()
    throw error
  }
}

/** The setting that tells the workers their hosts. */
async function nameHosts(
  simulators: Simulator[],
  listed: NonNullable<StackOptions['listed']>,
  env: Record<string, string>,
): Promise<Record<string, string>> {
  if (listed.length === 0) return { COMFYUI_HOSTS: simulators.map(({ url }) => url).join(',') }
  const file = join(env['SAFELIGHT_DATA_DIR'] ?? '.', 'hosts.json')
  const hosts = simulators.map(({ url }, at) => ({ url, ...listed[at] }))
  await writeFile(file, JSON.stringify({ hosts }))
  return { SAFELIGHT_HOSTS_FILE: file }
}
