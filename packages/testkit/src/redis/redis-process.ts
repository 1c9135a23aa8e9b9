/** Starts a `redis-server` or `valkey-server` found on the PATH, on a free port of the loopback. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { findFreePort } from '../free-port.ts'
import { dieWithUs } from '../processes/die-with-us.ts'
import { findRedisServer } from './durable-redis.ts'
import { type LaunchedRedis, type LaunchOptions, serverFlags } from './launched-redis.ts'
import { waitForPing } from './wait-for-ping.ts'

// somebody else may take the free port between our look and the server's bind
const PORT_TRIES = 3
const START_MS = 20_000
const STOP_MS = 5_000

/** Null when no server binary is installed. */
export async function startRedisProcess(options: LaunchOptions): Promise<LaunchedRedis | null> {
  const binary = findRedisServer()
  return binary === null ? null : await startOnFreePort(binary, options)
}

async function startOnFreePort(binary: string, options: LaunchOptions): Promise<LaunchedRedis> {
  const folder = options.dataDir
    ? resolve(options.dataDir)
    : await mkdtemp(join(tmpdir(), 'redis-'))
  if (options.dataDir) await mkdir(folder, { recursive: true })
  const removeFolder = async () => {
    if (!options.dataDir) await rm(folder, { recursive: true, force: true })
  }
  let failure: unknown
  for (let attempt = 0; attempt < PORT_TRIES; attempt += 1) {
    const port = await findFreePort()
    // its own process group: Ctrl-C must reach us only, we still need Redis to shut down in order
    const settings = flags(port, folder, options.dataDir)
    const child = dieWithUs(spawn(binary, settings, { stdio: 'ignore', detached: true }))
    try {
      await untilReady(child, port, options.signal)
    } catch (cause) {
      failure = cause
      await stop(child)
      if (options.signal?.aborted) break
      continue
    }
    options.log(`${binary} started on 127.0.0.1:${port}`)
    return { url: `redis://127.0.0.1:${port}`, kind: 'process', close: closer(child, removeFolder) }
  }
  await removeFolder()
  options.signal?.throwIfAborted()
  throw new Error(`${binary} is installed but did not start`, { cause: failure })
}

function flags(port: number, folder: string, dataDir: string | undefined): string[] {
  const own = ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder, '--daemonize', 'no']
  return own.concat(serverFlags(dataDir))
}

/** Resolves when the server answers; rejects when it exits first, takes too long or we are told to stop. */
async function untilReady(child: ChildProcess, port: number, signal: AbortSignal | undefined) {
  const exited = new AbortController()
  const onExit = () => exited.abort(new Error('the server exited before it was ready'))
  child.once('exit', onExit)
  child.once('error', onExit)
  const signals = [exited.signal, AbortSignal.timeout(START_MS), ...(signal ? [signal] : [])]
  try {
    await waitForPing(port, AbortSignal.any(signals))
    // a foreign Redis on the same port would answer too: ours must be alive to count
    exited.signal.throwIfAborted()
  } finally {
    child.off('exit', onExit)
    child.off('error', onExit)
  }
}

function closer(child: ChildProcess, removeFolder: () => Promise<void>): () => Promise<void> {
  let closing: Promise<void> | undefined
  return () => {
    closing ??= (async () => {
      await stop(child)
      await removeFolder()
    })()
    return closing
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  const force = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
  await gone
  clearTimeout(force)
}
