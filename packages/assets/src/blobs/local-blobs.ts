/**
 * Blobs in a folder: `blobs/<key>`, written aside and renamed, so a name never shows half a file. What `write` has
 * returned outlives a power cut: file and folders are flushed before.
 */
import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'
import { BlobStoreFailed } from './blob-store-failed.ts'
import type { BlobStore } from './blob-store.ts'

/** Where it matters in which order things reach the disk. */
export interface Disk {
  open: typeof open
  rename: typeof rename
}

/** @param dataDir `SAFELIGHT_DATA_DIR`: one folder for all processes */
export function createLocalBlobs(dataDir: string, disk: Disk = { open, rename }): BlobStore {
  const root = join(dataDir, 'blobs')
  // beside the blobs, because rename is only atomic within one file system
  const incoming = join(root, 'incoming')

  /** Keys are ours, yet a record may have been written by anybody who reaches Redis. */
  function pathOf(key: string): string {
    const path = resolve(root, key)
    if (!path.startsWith(root + sep)) throw new Error('a key leads out of the folder of blobs')
    return path
  }

  return {
    async write(key, body, { signal } = {}) {
      signal?.throwIfAborted()
      const path = pathOf(key)
      const temporary = join(incoming, randomUUID())
      try {
        await mkdir(incoming, { recursive: true })
        const file = await disk.open(temporary, 'wx')
        try {
          await writeFile(file, body, signal ? { signal } : {})
          await file.sync()
        } finally {
          await file.close()
        }
        const folder = dirname(path)
        const made = await mkdir(folder, { recursive: true })
        await disk.rename(temporary, path)
        await flushFolder(disk, folder)
        // a folder is a name in the one above it
        if (made) await flushFolder(disk, dirname(made))
      } catch (error) {
        // of a body that broke off, its own word
        throw DISK_TROUBLE.has(codeOf(error)) ? new BlobStoreFailed('take bytes', error) : error
      } finally {
        await rm(temporary, { force: true })
      }
    },

    async read(key, { range, signal } = {}) {
      signal?.throwIfAborted()
      const file = await openIfThere(pathOf(key))
      if (!file) return null
      try {
        const { size } = await file.stat()
        return { body: file.createReadStream({ ...range, ...(signal && { signal }) }), size }
      } catch (error) {
        await file.close()
        throw error
      }
    },

    remove: (key) => rm(pathOf(key), { force: true }),

    async sweep(before) {
      let swept = 0
      for (const name of await namesIn(incoming)) {
        const path = join(incoming, name)
        const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }))
        if (mtimeMs >= before) continue
        await rm(path, { force: true })
        swept += 1
      }
      return swept
    },

    presign: async () => null,
  }
}

async function openIfThere(path: string) {
  try {
    return await open(path, 'r')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    // not ours to read, too many are open, the disk is broken: its own words name the place
    throw new BlobStoreFailed('give bytes', error)
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  }
}

/** The disk is full, broken or not ours to write to: whoever has time may try again when somebody has seen to it. */
const DISK_TROUBLE = new Set(['EACCES', 'EDQUOT', 'EIO', 'EMFILE', 'ENFILE', 'ENOSPC', 'EROFS'])

/** Some file systems know no flushing of folders: there is nothing more that could be done then. */
const UNSUPPORTED = new Set(['EINVAL', 'EISDIR', 'ENOTSUP', 'EPERM'])

/** A rename is on the disk when its folder is. */
async function flushFolder(disk: Disk, path: string): Promise<void> {
  const folder = await disk.open(path, 'r')
  try {
    await folder.sync()
  } catch (error) {
    if (!UNSUPPORTED.has(codeOf(error))) throw error
  } finally {
    await folder.close()
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
