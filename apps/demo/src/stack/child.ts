/** One process of the stack: started, watched, and ended by its own pid. */
import { type ChildProcess, spawn } from 'node:child_process'
import type { Writable } from 'node:stream'
import { dieWithUs } from '@safelight/testkit'

export interface ChildOptions {
  name: string
  /** Arguments for node. */
  args: string[]
  env: Readonly<Record<string, string | undefined>>
  /** Where its log lines go. */
  output: Writable
}

export interface Child {
  name: string
  /** Resolves with the exit code when the process ends, whyever. */
  ended: Promise<number | null>
  close(): Promise<void>
}

/** After this a process that ignores SIGTERM is killed. */
const GRACE_MS = 15_000

export function startChild(options: ChildOptions): Child {
  const child = dieWithUs(
    spawn(process.execPath, options.args, {
      env: options.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      // Ctrl-C is for us alone, who end each in order: what hears it twice kills what it watches at once
      detached: true,
    }),
  )
  child.stdout?.pipe(options.output, { end: false })
  child.stderr?.pipe(options.output, { end: false })
  const ended = new Promise<number | null>((resolve) => {
    child.once('exit', (code) => resolve(code))
    child.once('error', () => resolve(null))
  })
  return { name: options.name, ended, close: () => stop(child, ended) }
}

async function stop(child: ChildProcess, ended: Promise<number | null>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), GRACE_MS)
  await ended
  clearTimeout(timer)
}
