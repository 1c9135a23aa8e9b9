/** The command `safelight`: built, in a process of its own, or its sources in this one. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { childEnv, dieWithUs, until } from '@safelight/testkit'
// a command for terminals, which shows nobody its insides
import { runCli } from '../../../apps/cli/src/run-cli.ts'
import { createTestIo } from '../../../apps/cli/src/testing/test-io.ts'

export const SAFELIGHT = fileURLToPath(
  new URL('../../../apps/cli/bin/safelight.js', import.meta.url),
)

export interface CommandOptions {
  /** Where the server is. */
  url: string
  cwd?: string
  env?: Readonly<Record<string, string>>
  /** What runs it; Node itself unless given. */
  command?: readonly [string, ...string[]]
}

export interface Result {
  code: number | null
  stdout: string
  stderr: string
}

export interface RunningCommand {
  child: ChildProcess
  said(): string
  /** Until standard output holds the text. */
  untilSaid(text: string): Promise<unknown>
  type(keys: string): void
  ended: Promise<Result>
}

const running = new Set<ChildProcess>()

/** What a failed test left behind must not outlive it. */
export function killSafelights(): void {
  for (const child of running) child.kill('SIGKILL')
}

export function startSafelight(args: readonly string[], options: CommandOptions): RunningCommand {
  const [command, ...before] = options.command ?? [process.execPath, SAFELIGHT]
  const child = dieWithUs(
    spawn(command, [...before, ...args], {
      env: { ...childEnv(), SAFELIGHT_URL: options.url, ...options.env },
      ...(options.cwd !== undefined && { cwd: options.cwd }),
    }),
  )
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  running.add(child)
  child.once('close', () => running.delete(child))
  // whoever ends before it has read all that is typed is no problem of the test
  child.stdin.on('error', () => undefined)
  return {
    child,
    said: () => stdout,
    untilSaid: (text) =>
      until(() => stdout.includes(text), { what: `'${text}' is said`, withinMs: 45_000 }),
    type: (keys) => void child.stdin.write(keys),
    ended: new Promise((resolve) => {
      child.once('close', (code) => resolve({ code, stdout, stderr }))
    }),
  }
}

/** @param input its standard input */
export function runSafelight(
  args: readonly string[],
  options: CommandOptions,
  input = '',
): Promise<Result> {
  const { child, ended } = startSafelight(args, options)
  child.stdin?.end(input)
  return ended
}

/** Where there is neither terminal nor input. It takes a tenth of the time of a process. */
export async function runHere(
  args: readonly string[],
  { url }: Pick<CommandOptions, 'url'>,
): Promise<Result> {
  const io = createTestIo({ env: { SAFELIGHT_URL: url } })
  io.end()
  const code = await runCli(args, io)
  return { code, stdout: io.printed(), stderr: io.printedErrors() }
}

/** util-linux's `script` gives a command a terminal; others of that name take other options. */
export function hasScript(): boolean {
  const { stdout } = spawnSync('script', ['--version'], { encoding: 'utf8' })
  return stdout?.includes('util-linux') ?? false
}

/** The command that runs it on a terminal of 100 columns, typed to through standard input. */
export function onTerminal(...args: string[]): [string, ...string[]] {
  const words = [process.execPath, SAFELIGHT, ...args].map((word) => `"${word}"`).join(' ')
  return ['script', '-qefc', `stty cols 100 rows 30; exec ${words}`, '/dev/null']
}
