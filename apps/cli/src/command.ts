/** One command: what it is called, what it takes, what it does. */
import { type Client, createClient } from '@safelight/client'
import { UsageError } from './errors.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { toHelp } from './help.ts'
import type { Io } from './io.ts'
import { GLOBAL_OPTIONS, type Options, parseCommandOptions, type Values } from './options.ts'

export interface CommandText {
  name: string
  /** What comes after the name, e.g. `ID…`. */
  takes: string
  /** One line for the list of commands. */
  summary: string
  options: Options
  /** What the options do not say. */
  notes?: readonly string[]
  /** What to type, and what it does. */
  examples: readonly (readonly [command: string, does: string])[]
}

export interface Context {
  client: Client
  io: Io
  /** Where the server is, if it was said in the command: to be repeated in advice. */
  urlOption: string
}

export interface CommandSpec<T extends Options> extends CommandText {
  options: T
  act(input: Input<T>, context: Context): Promise<ExitCode>
}

export interface Input<T extends Options> {
  values: Values<T>
  positionals: string[]
}

export interface Command extends CommandText {
  run(args: string[], io: Io): Promise<ExitCode>
}

export function defineCommand<const T extends Options>(spec: CommandSpec<T>): Command {
  return {
    ...spec,
    async run(args, io) {
      const input = parseCommandOptions({ ...spec.options, ...GLOBAL_OPTIONS }, args)
      // the options were parsed together: each side gets its own
      const { url, token, help } = input.values as Values<typeof GLOBAL_OPTIONS>
      if (help) {
        io.stdout.write(toHelp(spec))
        return EXIT.ok
      }
      const client = openClient(url ?? io.config.url, token ?? io.config.token)
      const urlOption = url === undefined ? '' : ` --url ${url}`
      try {
        return await spec.act(input, { client, io, urlOption })
      } finally {
        client.close()
      }
    },
  }
}

function openClient(baseUrl: string, token: string | undefined): Client {
  if (!/^https?:\/\/[^/]/.test(baseUrl) || !URL.canParse(baseUrl)) {
    throw new UsageError(
      `the server's address must be like http://127.0.0.1:8080, not '${baseUrl}'`,
    )
  }
  return createClient({ baseUrl, ...(token !== undefined && { token }) })
}
