/** A worker as a process of its own, to be killed, stopped and continued. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { dieWithUs, mainOf, until } from '@safelight/testkit'

export interface WorkerProcess {
  pid: number
  /** Its log so far, line by line. */
  log(): string
  kill(signal: NodeJS.Signals): void
  /** Resolves when it is gone: its exit code, or null when a signal ended it. */
  gone: Promise<number | null>
}

/**
 * @param env its whole environment
 * @param started what it says when the test may go on
 */
export async function startWorkerProcess(
  env: Record<string, string>,
  started = 'worker started',
): Promise<WorkerProcess> {
  const child = spawn(process.execPath, [mainOf('worker')], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  dieWithUs(child)
  let log = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      log += chunk.toString()
    })
  }
  const gone = once(child, 'exit').then(([code]: unknown[]) =>
    typeof code === 'number' ? code : null,
  )
  // what it said last comes after its exit
  let isClosed = false
  child.once('close', () => (isClosed = true))
  await until(() => {
    if (log.includes(started)) return true
    if (isClosed) throw new Error(`the worker ended at once: ${log}`)
    return null
  })
  return {
    pid: child.pid ?? 0,
    log: () => log,
    kill: (signal) => void child.kill(signal),
    gone,
  }
}
