/** What a program is asked for on its command line: nothing, and it runs. A word it does not know must not start one more process. */
import { readBuild } from './version.ts'

export interface MainOptions {
  /** As people call it, e.g. `worker`. */
  name: string
  args: readonly string[]
  /** The `package.json` of the app. */
  packageUrl: URL
  run: () => Promise<void>
  /** What it does for this word, with those that follow. @returns the exit code */
  commands: Readonly<Record<string, (args: readonly string[]) => Promise<number>>>
  /** A line of text. */
  print: (line: string) => void
}

/** @returns the exit code: 2 for words that nobody knows; null: it runs */
export async function runMain(options: MainOptions): Promise<number | null> {
  const { name, args, packageUrl, run, commands, print } = options
  const [word, ...rest] = args
  if (word === undefined) {
    await run()
    return null
  }
  const command = Object.hasOwn(commands, word) ? commands[word] : undefined
  if (command) return await command(rest)
  if (word === '--version') {
    print(readBuild(packageUrl, undefined).version)
    return 0
  }
  print(
    `Safelight, ${name}. Without a word it runs; settings come from the environment (docs/settings.md).`,
  )
  print(`usage: main.js [${[...Object.keys(commands), '--version', '--help'].join(' | ')}]`)
  return word === '--help' || word === '-h' ? 0 : 2
}
