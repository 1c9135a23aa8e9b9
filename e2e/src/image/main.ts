/**
 * `npm run image:check`: what the images would hold, without an engine. Builds both trees as the Dockerfile does, looks
 * through them, and runs a job from its sending to its picture with nothing but them, a Redis and a simulated host.
 */
import { chmod, chown, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createScope } from '@safelight/runtime'
import { startSimulator } from '@safelight/simulator'
import { findOrStartRedis } from '@safelight/testkit'
import { submit, textToImage } from '../testing/client.ts'
import { watchToEnd } from '../testing/watcher.ts'
import { IMAGE_USER, runTree } from './run-tree.ts'
import { buildTree, findFaults, sizeOf, type Tree } from './tree.ts'

const say = (text: string) => process.stdout.write(`${text}\n`)

/** @returns what is wrong, in words */
async function runOneJob(api: Tree, worker: Tree, folder: string): Promise<string[]> {
  const scope = createScope('image check')
  try {
    const redis = await findOrStartRedis()
    scope.defer(() => redis.close())
    const simulator = await startSimulator({ speed: 10 })
    scope.defer(() => simulator.close())
    const data = join(folder, 'data')
    await mkdir(data)
    if (process.getuid?.() === 0) await chown(data, IMAGE_USER, IMAGE_USER)
    const env = { REDIS_URL: redis.url, SAFELIGHT_DATA_DIR: data, ADMIN_PORT: '0' }
    const running = await Promise.all([
      runTree(api, { env: { ...env, PORT: '0' }, message: 'listening' }),
      runTree(worker, {
        env: { ...env, COMFYUI_HOSTS: simulator.url },
        message: 'worker started',
      }),
    ])
    const [{ url }] = running
    const { id: jobId } = await submit(url, textToImage(3))
    const { final } = await watchToEnd({ jobId, pickUrl: () => url, drops: [] })
    const output = final.outputs[0]?.url ?? ''
    const seen = {
      status: final.status,
      picture: await typeOf(output),
      // the library that makes them is native: here it shows whether it came along
      thumbnail: await typeOf(`${output}${output.includes('?') ? '&' : '?'}w=256`),
      page: await typeOf(url),
      ends: await Promise.all(running.map(({ stop }) => stop())),
    }
    say(JSON.stringify(seen))
    const wanted = {
      status: 'succeeded',
      picture: 'image/png',
      thumbnail: 'image/webp',
      page: 'text/html',
      ends: [0, 0],
    }
    return JSON.stringify(seen) === JSON.stringify(wanted)
      ? []
      : [`wanted ${JSON.stringify(wanted)}`]
  } finally {
    await scope.close()
  }
}

async function typeOf(url: string): Promise<string> {
  const answer = await fetch(url)
  await answer.arrayBuffer()
  const type = answer.headers.get('content-type') ?? ''
  return answer.ok ? type.replace(/;.*/, '') : `${answer.status} ${type}`
}

const folder = await mkdtemp(join(tmpdir(), 'safelight-image-'))
try {
  // whoever runs the apps must get there
  await chmod(folder, 0o755)
  await mkdir(join(folder, 'trees'))
  const build = (app: Tree['app']) => buildTree(app, join(folder, 'trees', app))
  const [api, worker] = await Promise.all([build('api'), build('worker')])
  for (const tree of [api, worker]) {
    const { bytes, packages } = await sizeOf(tree)
    say(`${tree.app.padEnd(6)} ${(bytes / 2 ** 20).toFixed(1)} MiB, ${packages} packages`)
  }
  const faults = [
    ...(await findFaults(api)),
    ...(await findFaults(worker)),
    ...(await runOneJob(api, worker, folder)),
  ]
  for (const fault of faults) say(`! ${fault}`)
  if (faults.length > 0) process.exitCode = 1
} finally {
  await rm(folder, { recursive: true })
}
