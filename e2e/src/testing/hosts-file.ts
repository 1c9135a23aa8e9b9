/** A hosts file of a cluster, written as editors do: a new one in the place of the old one. */
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Cluster } from '@safelight/testkit'

export function openList({ folder }: Pick<Cluster, 'folder'>) {
  const file = join(folder, 'hosts.yaml')
  return {
    file,
    list: async (...hosts: Record<string, unknown>[]): Promise<void> => {
      await writeFile(`${file}.new`, JSON.stringify({ hosts }))
      await rename(`${file}.new`, file)
    },
  }
}
