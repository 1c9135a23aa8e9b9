import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { findFreePort } from '../free-port.ts'
import { findOrStartRedis } from './find-or-start-redis.ts'

const run = promisify(execFile)

/** Why a real server cannot be started here; '' when it can, or must. */
const missing = await run('redis-server', ['--version']).then(
  () => '',
  () => (inject('requireAll') ? '' : ' (skipped: no redis-server on the PATH)'),
)

it('takes the url it is given and starts nothing', async () => {
  const redis = await findOrStartRedis({ url: 'redis://elsewhere:6379' })
  expect(redis).toMatchObject({ url: 'redis://elsewhere:6379', kind: 'external' })
  await redis.close()
})

describe('a server process', () => {
  it.skipIf(missing)(
    `answers on the loopback until closed, and can be closed twice${missing}`,
    async () => {
      const lines: string[] = []
      const redis = await findOrStartRedis({
        only: 'process',
        log: (line) => void lines.push(line),
      })
      onTestFinished(() => redis.close())
      expect(redis.kind).toBe('process')
      expect(new URL(redis.url).hostname).toBe('127.0.0.1')
      expect(lines).toHaveLength(1)
      expect(await ask(redis.url, 'PING')).toContain('PONG')
      expect(await ask(redis.url, 'CONFIG GET maxmemory-policy')).toContain('noeviction')
      expect(await ask(redis.url, 'CONFIG GET appendonly')).toContain('no')
      await Promise.all([redis.close(), redis.close()])
      await expect(ask(redis.url, 'PING')).rejects.toThrow('ECONNREFUSED')
    },
  )

  it.skipIf(missing)(`removes its temporary folder${missing}`, async () => {
    const redis = await findOrStartRedis({ only: 'process' })
    onTestFinished(() => redis.close())
    const folder = (await ask(redis.url, 'CONFIG GET dir')).split('\r\n')[4] ?? ''
    expect(await readdir(folder)).toEqual([])
    await redis.close()
    await expect(readdir(folder)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it.skipIf(missing)(
    `keeps what it was told across restarts in a folder of its own${missing}`,
    async () => {
      const dataDir = join(await temporaryFolder(), 'made', 'for it')
      const first = await findOrStartRedis({ only: 'process', dataDir })
      onTestFinished(() => first.close())
      expect(await ask(first.url, 'SET kept yes')).toContain('OK')
      await first.close()
      const second = await findOrStartRedis({ only: 'process', dataDir })
      onTestFinished(() => second.close())
      expect(await ask(second.url, 'GET kept')).toContain('yes')
    },
  )

  it.skipIf(missing)(`is not started once it is called off${missing}`, async () => {
    const signal = AbortSignal.abort(new Error('called off'))
    await expect(findOrStartRedis({ only: 'process', signal })).rejects.toThrow('called off')
  })
})

it('comes up inside this process as a last resort, and says what that is worth', async () => {
  const lines: string[] = []
  const redis = await findOrStartRedis({ only: 'embedded', log: (line) => void lines.push(line) })
  onTestFinished(() => redis.close())
  expect(redis.kind).toBe('embedded')
  expect(lines.join()).toContain('for trying out only')
  expect(await ask(redis.url, 'PING')).toContain('PONG')
  await redis.close()
  await expect(ask(redis.url, 'PING')).rejects.toThrow('ECONNREFUSED')
})

it('falls through to the last resort when there is neither server nor container engine', async () => {
  // a docker whose engine does not answer, and nothing else on the PATH
  const bin = await folderWithDocker('exit 1')
  expect(await launchWith(bin)).toEqual({ kind: 'embedded', answered: true })
})

it.skipIf(missing)(`asks Docker for a container when there is only Docker${missing}`, async () => {
  const { stdout: server } = await run('which', ['redis-server'])
  const log = join(await temporaryFolder(), 'said')
  // plays the engine: "containers" are processes, and the port is one it chose
  const bin = await folderWithDocker(`
    echo "$@" >> '${log}'
    case "$1" in
      version) echo 27.0 ;;
      run) ${server.trim()} --bind 127.0.0.1 --port "$PORT" --save '' >/dev/null 2>&1 & echo $! ;;
      port) echo "127.0.0.1:$PORT" ;;
      stop) for last; do :; done; kill "$last" ;;
    esac`)
  expect(await launchWith(bin)).toEqual({ kind: 'docker', answered: true })
  const said = (await readFile(log, 'utf8')).trim().split('\n')
  expect(said.map((line) => line.split(' ', 1)[0])).toEqual(['version', 'run', 'port', 'stop'])
  expect(said[1]).toContain('--publish 127.0.0.1:0:6379')
  expect(said[1]).toContain('--maxmemory-policy noeviction')
})

/** A folder for the PATH that has only a `docker` that does this. */
async function folderWithDocker(script: string): Promise<string> {
  const bin = await temporaryFolder()
  await writeFile(join(bin, 'docker'), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  return bin
}

/** Launches in a process of its own, whose PATH is only this folder. */
async function launchWith(bin: string): Promise<unknown> {
  const source = new URL('./find-or-start-redis.ts', import.meta.url).href
  const script = `
    const { findOrStartRedis } = await import(${JSON.stringify(source)})
    const { waitForPing } = await import(${JSON.stringify(new URL('./wait-for-ping.ts', source).href)})
    const redis = await findOrStartRedis()
    await waitForPing(Number(new URL(redis.url).port), AbortSignal.timeout(5_000))
    process.stdout.write(JSON.stringify({ kind: redis.kind, answered: true }))
    await redis.close()`
  const args = ['--import', import.meta.resolve('tsx'), '--input-type=module', '--eval', script]
  const options = { env: { PATH: bin, PORT: String(await findFreePort()) } }
  const { stdout } = await run(process.execPath, args, options)
  return JSON.parse(stdout)
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'launcher-test-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** One inline command, and the raw reply. */
async function ask(url: string, command: string): Promise<string> {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port) })
  try {
    return await new Promise((resolve, reject) => {
      socket.once('error', reject)
      socket.once('data', (reply) => resolve(reply.toString()))
      socket.write(`${command}\r\n`)
    })
  } finally {
    socket.destroy()
  }
}
