/** `safelight doctor`: has the server's own doctor look at this machine, where Safelight is installed here. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineCommand } from '../command.ts'
import { UsageError } from '../errors.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import type { Io } from '../io.ts'

/** Beside this command, whether that runs from `src` or from `dist`. */
const APPS = new URL('../../../', import.meta.url)
const PARTS = ['api', 'worker'] as const

export const doctorCommand = defineCommand({
  name: 'doctor',
  takes: '[api] [worker]',
  summary: 'look for what is wrong with Redis, hosts, stores, ports and settings',
  options: { json: { type: 'boolean', text: 'print what was found as JSON' } },
  notes: [
    'It looks from this machine and with the settings of this environment, and asks no server: it',
    'is for when none starts. Where only this command is installed, call it in the container of',
    'the API or of a worker: node apps/api/dist/main.js doctor, node apps/worker/dist/main.js doctor.',
    'The exit code is 1 when something is wrong; what is only to be looked at leaves it 0.',
  ],
  examples: [
    ['safelight doctor', 'what an API and a worker would find here'],
    ['safelight doctor worker --json', 'only the worker, for a program'],
  ],
  async act({ values, positionals }, { io }) {
    const unknown = positionals.find((name) => !PARTS.some((part) => part === name))
    if (unknown !== undefined) throw new UsageError(`doctor knows no '${unknown}'; api or worker`)
    const parts = PARTS.filter((part) => positionals.length === 0 || positionals.includes(part))
    const here = parts.filter((part) => existsSync(mainOf(part)))
    if (here.length === 0) {
      throw new UsageError(
        `there is no ${parts.join(' and no ')} beside this command: call it where Safelight is installed`,
      )
    }
    let code: ExitCode = EXIT.ok
    for (const part of here) {
      if (!values.json && here.length > 1) io.stdout.write(`${part}\n`)
      if ((await examine(part, values.json ?? false, io)) !== 0) code = EXIT.failed
    }
    return code
  },
})

function mainOf(part: string): string {
  return fileURLToPath(new URL(`${part}/dist/main.js`, APPS))
}

async function examine(part: string, asJson: boolean, { stdout, stderr }: Io): Promise<number> {
  const args = [mainOf(part), 'doctor', ...(asJson ? ['--json'] : [])]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.setEncoding('utf8').on('data', (text: string) => stdout.write(text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => stderr.write(text))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve(code ?? 1))
  })
}
