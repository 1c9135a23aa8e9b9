/** How much memory a process holds, where the system tells. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Process } from './process.ts'

export async function residentBytes(process: Process): Promise<number> {
  const run = promisify(execFile)
  const { stdout } = await run('ps', ['-o', 'rss=', '-p', String(process.pid())])
  return Number(stdout) * 1_024
}
