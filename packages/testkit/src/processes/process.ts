/** One real process under the test's hand: started, killed, stopped, continued, started again on the same port. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { until } from '../until.ts'
import { dieWithUs } from './die-with-us.ts'

export interface ProcessOptions {
  name: string
  command: string
  /** A function is asked at each start. */
  args: string[] | (() => string[])
  env: Readonly<Record<string, string>>
  /** What it says goes here, one file per life. */
  logDir: string
  /** Asked again and again after a start, until it is true. */
  isReady(told: () => Promise<string>): Promise<boolean>
}

export interface Process {
  readonly name: string
  /** Of the life it lives now; null when it is dead. */
  pid(): number | null
  /** How often it was started. */
  lives(): number
  /** Starts it, or starts it again. Resolves when it is ready. */
  start(): Promise<void>
  /** Starts it without waiting for more than its pid. */
  launch(): void
  untilReady(withinMs?: number): Promise<void>
  /** SIGKILL resolves when it is gone; the others when they are sent. */
  kill(signal: 'SIGKILL' | 'SIGTERM' | 'SIGSTOP' | 'SIGCONT'): Promise<void>
  /** Resolves with the exit code (null: killed) of this life. */
  ended(): Promise<number | null>
  /** What this life has said so far. */
  told(): Promise<string>
  close(): Promise<void>
}

const START_MS = 30_000
export function createProcess(options: ProcessOptions): Process {
  const { name, command, args, env, logDir } = options
  let child: ChildProcess | null = null
  let end: Promise<number | null> = Promise.resolve(null)
  let lives = 0
  const isAlive = () => child !== null && child.exitCode === null && child.signalCode === null
  const logFile = () => join(logDir, `${name}-${lives}.log`)
  const told = () => readFile(logFile(), 'utf8').catch(() => '')

  function launch(): void {
    if (isAlive()) throw new Error(`${name} is alive already`)
    lives += 1
    const log = openSync(logFile(), 'a')
    // a group of its own: Ctrl-C must reach only us, who end the others in order
    const started = dieWithUs(
      spawn(command, typeof args === 'function' ? args() : args, {
        env,
        stdio: ['ignore', log, log],
        detached: true,
      }),
    )
    closeSync(log)
    child = started
    end = new Promise((resolve) => {
      started.once('exit', (code) => resolve(code))
      started.once('error', () => resolve(null))
    })
  }

  const self: Process = {
    name,
    pid: () => (isAlive() ? (child?.pid ?? null) : null),
    lives: () => lives,
    async start() {
      launch()
      await self.untilReady()
    },
    launch,
    async untilReady(withinMs = START_MS) {
      await until(
        async () => {
          if (!isAlive()) throw new Error(`${name} ended while starting: ${await told()}`)
          return await options.isReady(told)
        },
        { what: `${name} is ready`, withinMs },
      )
    },
    async kill(signal) {
      if (!isAlive() || !child) return
      const gone = signal === 'SIGKILL' ? once(child, 'exit') : null
      child.kill(signal)
      await gone
    },
    ended: () => end,
    told,
    async close() {
      await self.kill('SIGKILL')
    },
  }
  return self
}

/** A server is ready when it answers this with success. */
export function answers(url: string): () => Promise<boolean> {
  return () =>
    fetch(url, { signal: AbortSignal.timeout(1_000) }).then(
      async (answer) => {
        await answer.arrayBuffer()
        return answer.ok
      },
      () => false,
    )
}
