/**
 * Reads a file that a setting names, at the start or again while the process runs: only an ordinary file of some size, as a
 * pipe gives what it has once, and may be waited for for ever.
 */
import { readFileSync, type Stats, statSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'

/** Its bytes, or what is wrong with it: without its path. */
export type SettingFile = { bytes: Buffer } | { problem: string }

/** Of all certificates that a system trusts, twice over. */
const MAX_BYTES = 1024 * 1024

/** The process stands still meanwhile. */
export function readSettingFile(path: string): SettingFile {
  try {
    const problem = findProblem(statSync(path))
    return problem === null ? { bytes: readFileSync(path) } : { problem }
  } catch (error) {
    return { problem: toReadProblem(error) }
  }
}

/** The same, while it goes on. */
export async function rereadSettingFile(path: string): Promise<SettingFile> {
  try {
    const problem = findProblem(await stat(path))
    return problem === null ? { bytes: await readFile(path) } : { problem }
  } catch (error) {
    return { problem: toReadProblem(error) }
  }
}

function findProblem(found: Stats): string | null {
  if (!found.isFile()) return 'is no file'
  return found.size > MAX_BYTES ? `is larger than ${MAX_BYTES} bytes` : null
}

/** `ENOENT` and the like; the rest of the message is a path that whoever set it knows. */
function toReadProblem(error: unknown): string {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : null
  return `cannot be read (${typeof code === 'string' ? code : 'unknown error'})`
}
