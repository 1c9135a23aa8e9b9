/** Folders in settings are meant from where the user stands, not from where npm runs a workspace's script. */
import { resolve } from 'node:path'
import type { Environment } from './parse-config.ts'

/** @returns an absolute path, the same for every app started from the same place */
export function resolveFolder(folder: string, env: Environment): string {
  return resolve(env['INIT_CWD'] ?? '.', folder)
}
