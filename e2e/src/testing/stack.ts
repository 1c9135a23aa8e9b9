/** The whole of Safelight inside the test process, on real ports and a real Redis, in a namespace of its own. */
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApi } from '@safelight/api'
import { createScope } from '@safelight/runtime'
import { type Dialect, type Simulator, startSimulator } from '@safelight/simulator'
import { createWorkerApp } from '@safelight/worker'
import { loadConfig as loadApiConfig } from '@safelight/api/config'
import { loadConfig as loadWorkerConfig } from '@safelight/worker/config'

export interface StackOptions {
  redisUrl: string
  apis?: number
  workers?: number
  dialects?: Dialect[]
  /** How much faster than life the hosts are. */
  speed?: number
}

export interface Stack {
  /** One per API process. */
  urls: string[]
  simulators: Simulator[]
  close(): Promise<void>
}

export async function startStack(options: StackOptions): Promise<Stack> {
  const { redisUrl, apis = 1, workers = 1, dialects = ['0.33.0'], speed = 20 } = options
  const scope = createScope('stack')
  const dataDir = await mkdtemp(join(tmpdir(), 'safelight-e2e-'))
  scope.defer(() => rm(dataDir, { recursive: true, force: true }))
  const env = {
    REDIS_URL: redisUrl,
    SAFELIGHT_NAMESPACE: `e2e-${randomUUID()}`,
    SAFELIGHT_DATA_DIR: dataDir,
    LOG_LEVEL: 'silent',
  }
  try {
    const simulators: Simulator[] = []
    for (const dialect of dialects)
      simulators.push(scope.use(await startSimulator({ dialect, speed })))
    const urls: string[] = []
    for (let n = 0; n < apis; n += 1)
      urls.push(scope.use(await createApi(loadApiConfig({ ...env, PORT: '0' }))).url)
    const hosts = simulators.map(({ url }) => url).join(',')
    for (let n = 0; n < workers; n += 1) {
      const config = loadWorkerConfig({ ...env, COMFYUI_HOSTS: hosts, WORKER_NAME: `worker-${n}` })
      scope.use(await createWorkerApp(config))
    }
    return { urls, simulators, close: () => scope.close() }
  } catch (error) {
    await scope.close()
    throw error
  }
}
