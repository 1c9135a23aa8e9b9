/** The command line of trace:record. */
import { parseArgs } from 'node:util'
import { basename } from 'node:path'
import { z } from 'zod'

export const USAGE = `usage: npm run -s trace:record -- --host URL --out FILE [options]

Records a session of a real ComfyUI (see traces/README.md).

  --host URL          the host, e.g. http://127.0.0.1:8188
  --out FILE          the trace to write
  --workflow FILE     an API-format workflow to run; default: three core nodes that need no models
  --listen PORT       record what passes through a proxy on this port, until Ctrl-C
  --description TEXT  what the trace shows
  --timeout SECONDS   how long the prompt may take; default 300
`

const argumentsSchema = z.object({
  host: z.url({ protocol: /^https?$/, error: '--host needs an http(s) URL' }),
  out: z.string({ error: '--out needs a file' }).min(1, '--out needs a file'),
  workflow: z.string().optional(),
  description: z.string().optional(),
  listen: z.coerce.number('--listen needs a port').int().min(0).max(65_535).optional(),
  timeout: z.coerce.number('--timeout needs seconds').positive().default(300),
})

export interface RecordArguments extends z.infer<typeof argumentsSchema> {
  /** Named after the file. */
  scenario: string
}

/** What is wrong with the command line, in one line. */
export class ArgumentError extends Error {
  override readonly name = 'UsageError'
}

/** @returns null when help was asked for. @throws ArgumentError */
export function parseArguments(args: string[]): RecordArguments | null {
  const values = readFlags(args)
  if (values['help']) return null
  const parsed = argumentsSchema.safeParse(values)
  if (!parsed.success) throw new ArgumentError(parsed.error.issues[0]?.message ?? 'wrong arguments')
  return { ...parsed.data, scenario: basename(parsed.data.out).replace(/\.jsonl$/, '') }
}

function readFlags(args: string[]): Record<string, unknown> {
  const text = { type: 'string' } as const
  try {
    const { values } = parseArgs({
      args,
      options: {
        host: text,
        out: text,
        workflow: text,
        listen: text,
        description: text,
        timeout: text,
        help: { type: 'boolean' },
      },
    })
    return values
  } catch (error) {
    throw new ArgumentError(error instanceof Error ? error.message : 'wrong arguments', {
      cause: error,
    })
  }
}
