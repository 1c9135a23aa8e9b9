/** What the host's own page keeps of its one user: settings and files. On disk, so it outlives a restart. */
import { posix } from 'node:path'

export interface UserFile {
  readonly bytes: Buffer
  /** ms since the epoch */
  readonly modified: number
}

export interface UserData {
  readonly settings: Map<string, unknown>
  readonly files: Map<string, UserFile>
  /** Files of a folder by their paths below it; undefined: there is no such folder. */
  list(folder: string, recurse: boolean): { path: string; file: UserFile }[] | undefined
}

export function createUserData(): UserData {
  const files = new Map<string, UserFile>()
  return {
    settings: new Map(),
    files,
    list(folder, recurse) {
      const prefix = folder === '.' ? '' : `${folder}/`
      const inside = [...files].filter(([path]) => path.startsWith(prefix))
      if (inside.length === 0) return undefined
      const found = inside.map(([path, file]) => ({ path: path.slice(prefix.length), file }))
      return recurse ? found : found.filter(({ path }) => !path.includes('/'))
    },
  }
}

/** The path below the user's folder; null: it leads out of it. */
export function userPath(asked: string): string | null {
  const path = posix.normalize(asked).replace(/\/$/, '')
  return path.startsWith('/') || path === '..' || path.startsWith('../') ? null : path
}
