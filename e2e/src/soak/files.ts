/** What lies in folders that only our processes write to. */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Figure } from './verdict.ts'

/** @param folders by what they are called */
export async function lookAtFiles(folders: Readonly<Record<string, string>>): Promise<Figure[]> {
  const found = await Promise.all(
    Object.entries(folders).map(async ([name, folder]): Promise<Figure[]> => {
      const { files, dirs, bytes } = await weigh(folder)
      return [
        { name: `files ${name}`, unit: 'count', value: files },
        { name: `folders ${name}`, unit: 'count', value: dirs },
        { name: `bytes ${name}`, unit: 'bytes', value: bytes },
      ]
    }),
  )
  return found.flat()
}

async function weigh(folder: string): Promise<{ files: number; dirs: number; bytes: number }> {
  const all = { files: 0, dirs: 0, bytes: 0 }
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  for (const entry of entries) {
    if (entry.isDirectory()) all.dirs += 1
    if (!entry.isFile()) continue
    all.files += 1
    // it may go at any moment
    all.bytes += await stat(join(entry.parentPath, entry.name)).then(
      ({ size }) => size,
      () => 0,
    )
  }
  return all
}
