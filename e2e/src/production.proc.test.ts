/** `npm start -w apps/api` and `npm start -w apps/worker`, as the README says, from the project's folder. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { startSimulator } from '@safelight/simulator'
import { dieWithUs } from '@safelight/testkit'
import { expect, inject, it } from 'vitest'
import { submit, textToImage } from './testing/client.ts'
import { watchToEnd } from './testing/watcher.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** Starts an app and waits for the log line that says it is up. */
async function start(app: string, env: Record<string, string>, message: string) {
  const child = spawn('npm', ['start', '-w', `apps/${app}`], {
    cwd: ROOT,
    env: { ...inherited(), ...env },
    // npm must hand its signal on to the app: end the whole group
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  dieWithUs(child)
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.includes(`"msg":"${message}"`)) {
      child.stdout.resume()
      const fields: { url?: string } = JSON.parse(line)
      return { child, url: fields.url ?? '' }
    }
  }
  throw new Error(`${app} ended before it said "${message}"`)
}

async function stop({ child }: { child: ChildProcess }): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve))
  if (child.pid) process.kill(-child.pid, 'SIGTERM')
  await ended
}

/** npm in npm: the inner one must not take the outer one's word for where it was called. */
function inherited(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD$)/.test(name)),
  )
}

it('starts API and worker that share the folder of outputs without being told', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'safelight-production-'))
  const simulator = await startSimulator({ speed: 10 })
  const env = {
    REDIS_URL: inject('redisUrl'),
    SAFELIGHT_NAMESPACE: `e2e-${randomUUID()}`,
    // relative, as the default is: both must take it from the same place
    SAFELIGHT_DATA_DIR: join('data', folder.slice(-6)),
  }
  const api = await start('api', { ...env, PORT: '0' }, 'listening')
  const worker = await start('worker', { ...env, COMFYUI_HOSTS: simulator.url }, 'worker started')
  try {
    const { id: jobId } = await submit(api.url, textToImage(3))
    const { final } = await watchToEnd({ jobId, pickUrl: () => api.url, drops: [] })
    expect(final.status).toBe('succeeded')
    const picture = await fetch(final.outputs[0]?.url ?? '')
    expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/png'])
  } finally {
    await Promise.all([stop(api), stop(worker)])
    await simulator.close()
    rmSync(folder, { recursive: true })
    rmSync(join(ROOT, env.SAFELIGHT_DATA_DIR), { recursive: true, force: true })
  }
})
