/** `npm run -s trace:replay -- FILE…`: prints the job events of recorded sessions, one JSON object per line. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { replayTrace } from './replay.ts'
import { parseTrace, TraceError } from '../trace-format.ts'

const USAGE = `usage: npm run -s trace:replay -- FILE…

Reads recorded ComfyUI sessions (see traces/README.md) and prints, one JSON object per line, the job
events of every prompt in them and last its end. Nothing else goes to stdout.
`

const args = process.argv.slice(2)
if (args.length === 0 || args.includes('--help')) {
  const stream = args.length === 0 ? process.stderr : process.stdout
  stream.write(USAGE)
  process.exitCode = args.length === 0 ? 2 : 0
} else {
  // npm runs scripts in the project's folder; paths are meant from where the user stands
  const from = process.env['INIT_CWD'] ?? process.cwd()
  for (const file of args) replayFile(file, resolve(from, file))
}

function replayFile(name: string, path: string): void {
  try {
    const { events, unknown } = replayTrace(parseTrace(readFileSync(path, 'utf8')))
    process.stdout.write(events.map((event) => `${JSON.stringify(event)}\n`).join(''))
    for (const [type, count] of unknown)
      process.stderr.write(`${name}: unknown message ${type}, ${count} times\n`)
  } catch (error) {
    process.stderr.write(`${name}: ${toReason(error)}\n`)
    process.exitCode = 1
  }
}

function toReason(error: unknown): string {
  if (error instanceof TraceError) return error.message
  const code = error instanceof Error && 'code' in error ? error.code : null
  if (code === 'ENOENT') return 'no such file'
  if (code === 'EISDIR') return 'is a folder'
  return error instanceof Error ? error.message : 'cannot be read'
}
