/** Which build runs: told in the log, over HTTP and as a metric. */
import { readFileSync } from 'node:fs'
import type { Logger } from './logger.ts'

export interface Build {
  version: string
  /** Of the repository; null when whoever built it did not say. */
  commit: string | null
}

/** For what was put together in another way than by its package. */
const UNKNOWN = 'unknown'

/**
 * @param packageUrl the `package.json` of the app
 * @param commit as SAFELIGHT_COMMIT says it
 */
export function readBuild(packageUrl: URL, commit: string | undefined): Build {
  return { version: readVersion(packageUrl), commit: commit ?? null }
}

function readVersion(packageUrl: URL): string {
  try {
    const said: unknown = JSON.parse(readFileSync(packageUrl, 'utf8'))
    const version: unknown = Reflect.get(Object(said), 'version')
    return typeof version === 'string' ? version : UNKNOWN
  } catch {
    return UNKNOWN
  }
}

/** The first line of a process. */
export function tellBuild(log: Logger, { version, commit }: Build): void {
  log.info({ version, commit, node: process.versions.node }, 'starting')
}
