/** Starts Redis in a throw-away container, when a Docker engine answers. */
import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { type LaunchedRedis, type LaunchOptions, serverFlags } from './launched-redis.ts'
import { waitForPing } from './wait-for-ping.ts'

const IMAGE = 'redis:7-alpine'
const PROBE_MS = 3_000
// the first run pulls the image
const RUN_MS = 120_000
const START_MS = 20_000

const run = promisify(execFile)

/** Null when there is no `docker` or its engine does not answer. */
export async function startRedisDocker(options: LaunchOptions): Promise<LaunchedRedis | null> {
  if (!(await engineAnswers())) return null
  const signal = options.signal ? { signal: options.signal } : {}
  const { stdout } = await run('docker', await runArguments(options.dataDir), {
    timeout: RUN_MS,
    ...signal,
  })
  const container = stdout.trim()
  let stopping: Promise<void> | undefined
  const close = () => {
    stopping ??= run('docker', ['stop', '-t', '5', container]).then(() => undefined)
    return stopping
  }
  try {
    const port = await publishedPort(container)
    const limits = [AbortSignal.timeout(START_MS), ...(options.signal ? [options.signal] : [])]
    await waitForPing(port, AbortSignal.any(limits))
    options.log(`${IMAGE} started in Docker on 127.0.0.1:${port}`)
    return { url: `redis://127.0.0.1:${port}`, kind: 'docker', close }
  } catch (error) {
    await close()
    throw error
  }
}

async function engineAnswers(): Promise<boolean> {
  try {
    const probe = ['version', '--format', '{{.Server.Version}}']
    const { stdout } = await run('docker', probe, { timeout: PROBE_MS })
    return stdout.trim() !== ''
  } catch {
    return false
  }
}

async function runArguments(dataDir: string | undefined): Promise<string[]> {
  const container = ['run', '--detach', '--rm', '--publish', '127.0.0.1:0:6379']
  if (dataDir) {
    await mkdir(dataDir, { recursive: true })
    container.push('--volume', `${resolve(dataDir)}:/data`)
    // the files stay the caller's own
    const uid = process.getuid?.()
    if (uid !== undefined) container.push('--user', `${uid}:${process.getgid?.() ?? uid}`)
  }
  return [...container, IMAGE, 'redis-server', ...serverFlags(dataDir)]
}

async function publishedPort(container: string): Promise<number> {
  const { stdout } = await run('docker', ['port', container, '6379/tcp'])
  const port = Number(stdout.trim().split('\n')[0]?.split(':').at(-1))
  if (!Number.isInteger(port)) throw new Error('Docker did not say which port it published')
  return port
}
