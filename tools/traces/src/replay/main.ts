/** `npm run -s trace:replay -- FILE…`: prints the job events of recorded sessions, one JSON object per line. */
import { resolve } from 'node:path'
import { printReplay } from './print-replay.ts'

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
  for (const file of args) {
    const { stdout, stderr, ok } = printReplay(file, resolve(from, file))
    process.stdout.write(stdout)
    process.stderr.write(stderr)
    if (!ok) process.exitCode = 1
  }
}
