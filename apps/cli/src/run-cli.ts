/** From what was typed to a command, and from whatever goes wrong to one line and an exit code. */
import { readFile } from 'node:fs/promises'
import type { Command } from './command.ts'
import { COMMANDS } from './commands/index.ts'
import { toErrorLines, toExitCode, UsageError } from './errors.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { toOverview } from './help.ts'
import type { Io } from './io.ts'

export async function runCli(args: readonly string[], io: Io): Promise<ExitCode> {
  const { name, rest } = splitCommand(args)
  try {
    return await dispatch(name, rest, io)
  } catch (error) {
    const [first = '', ...more] = toErrorLines(error, readUrl(args) ?? io.config.url)
    const known = COMMANDS.some((command) => command.name === name)
    const help =
      error instanceof UsageError ? `; see \`safelight ${known ? `${name} ` : ''}--help\`` : ''
    for (const line of [first + help, ...more]) io.stderr.write(`${line}\n`)
    return toExitCode(error)
  }
}

async function dispatch(name: string | null, rest: string[], io: Io): Promise<ExitCode> {
  if (name === null && rest.includes('--version')) {
    io.stdout.write(`${await readVersion()}\n`)
    return EXIT.ok
  }
  if (name === 'help' && rest[0]) return findCommand(rest[0]).run(['--help'], io)
  if (name === 'help' || name === null) {
    const asked = name === 'help' || rest.includes('--help') || rest.includes('-h')
    const to = asked ? io.stdout : io.stderr
    to.write(toOverview(COMMANDS))
    return asked ? EXIT.ok : EXIT.usage
  }
  return findCommand(name).run(rest, io)
}

function findCommand(name: string): Command {
  const command = COMMANDS.find((known) => known.name === name)
  if (command) return command
  const names = COMMANDS.map((known) => known.name).join(', ')
  throw new UsageError(`there is no command '${name}'; there are ${names}, help`)
}

/** `--url` and `--token` may come before the command, with their values. */
function splitCommand(args: readonly string[]): { name: string | null; rest: string[] } {
  const at = args.findIndex(
    (arg, n) => !arg.startsWith('-') && args[n - 1] !== '--url' && args[n - 1] !== '--token',
  )
  return { name: args[at] ?? null, rest: args.filter((_, n) => n !== at) }
}

function readUrl(args: readonly string[]): string | undefined {
  const at = args.lastIndexOf('--url')
  return at >= 0 ? args[at + 1] : args.findLast((arg) => arg.startsWith('--url='))?.slice(6)
}

async function readVersion(): Promise<string> {
  const text = await readFile(new URL('../package.json', import.meta.url), 'utf8')
  // our own file
  const { version } = JSON.parse(text) as { version: string }
  return version
}
