/**
 * Blobs in a folder: `blobs/<key>`, written where they stay. Half a file is no harm: nobody has used its name before, and
 * nobody is told it until it is whole. What `write` has returned outlives a power cut: file and folders are flushed before.
 */
import { type FileHandle, mkdir, open, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'
import { BlobStoreFailed } from './blob-store-failed.ts'
import type { BlobStore } from './blob-store.ts'

/** Where it matters what reaches the disk. */
export interface Disk {
  open: typeof open
}

/** @param dataDir `SAFELIGHT_DATA_DIR`: one folder for all processes */
export function createLocalBlobs(dataDir: string, disk: Disk = { open }): BlobStore {
  const root = join(dataDir, 'blobs')
  // where earlier versions wrote, before they gave a file its name
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
      try {
        const { file, folders } = await create(disk, path)
        try {
          await fill(file, body, { signal, flushed: flushFolders(disk, folders) })
        } catch (error) {
          await rm(path, { force: true })
          throw error
        }
      } catch (error) {
        // of a body that broke off, its own word
        throw DISK_TROUBLE.has(codeOf(error)) ? new BlobStoreFailed('take bytes', error) : error
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

/** @returns also the folders in which there is a new name */
async function create(
  disk: Disk,
  path: string,
): Promise<{ file: FileHandle; folders: readonly string[] }> {
  const folder = dirname(path)
  try {
    return { file: await disk.open(path, 'wx'), folders: [folder] }
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    const made = await mkdir(folder, { recursive: true })
    const file = await disk.open(path, 'wx')
    return { file, folders: made ? upTo(dirname(made), folder) : [folder] }
  }
}

/** A folder is a name in the one above it. */
function upTo(last: string, folder: string): string[] {
  return folder === last ? [folder] : [folder, ...upTo(last, dirname(folder))]
}

/** The folders may be flushed as soon as the name is there: while the bytes come. */
async function fill(
  file: FileHandle,
  body: AsyncIterable<Uint8Array>,
  { signal, flushed }: { signal: AbortSignal | undefined; flushed: Promise<void> },
): Promise<void> {
  // told when it is waited for
  flushed.catch(() => undefined)
  try {
    await writeFile(file, body, signal ? { signal } : {})
    await file.sync()
  } finally {
    await file.close()
  }
  await flushed
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

async function flushFolders(disk: Disk, folders: readonly string[]): Promise<void> {
  for (const folder of folders) await flushFolder(disk, folder)
}

/** A name is on the disk when its folder is. */
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
