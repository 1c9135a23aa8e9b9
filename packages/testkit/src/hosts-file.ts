/** A hosts file, written as editors do: a new one takes the place of the old one. */
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface HostsFile {
  path: string
  /** The file lists these from now on. */
  list: (...hosts: Record<string, unknown>[]) => Promise<void>
}

/** The one of a folder; there is none before the first list. */
export function openHostsFile(folder: string): HostsFile {
  const path = join(folder, 'hosts.yaml')
  return {
    path,
    list: async (...hosts) => {
      await writeFile(`${path}.new`, JSON.stringify({ hosts }))
      await rename(`${path}.new`, path)
    },
  }
}
