/** A long command of a terminal: the first signal cleans up, the second ends at once; what is wrong is told with its usage. */

export interface Command {
  /** As messages begin. */
  name: string
  usage: string
  /** @param signal aborted when it is interrupted */
  main(signal: AbortSignal): Promise<void>
  /** What is said of an error; its message by default. */
  toText?: (error: unknown) => string
}

/** For `main.ts` only. Exit code 130 when interrupted, 2 for an error, else what `main` has set. */
export async function runCommand(command: Command): Promise<void> {
  const { name, usage, toText = toMessage } = command
  const stop = new AbortController()
  function interrupt(): void {
    stop.abort(new Error('interrupted'))
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => process.exit(130))
  }
  process.once('SIGINT', interrupt)
  process.once('SIGTERM', interrupt)
  try {
    if (process.argv.includes('--help')) process.stdout.write(`${usage.trimEnd()}\n`)
    else await command.main(stop.signal)
  } catch (error) {
    if (stop.signal.aborted) {
      process.stderr.write(`\n${name}: interrupted\n`)
      process.exitCode = 130
    } else {
      process.stderr.write(`${name}: ${toText(error)}\n\n${usage}`)
      process.exitCode = 2
    }
  }
}

const toMessage = (error: unknown) => (error instanceof Error ? error.message : String(error))
