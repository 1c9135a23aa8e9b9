/**
 * Blobs on disk by content: `blobs/<first two hex>/<blake3 hex>`, written aside and renamed, so a name never shows half
 * a file. What `write` has returned outlives a power cut: file and folders are flushed before.
 */
import { randomUUID } from 'node:crypto'
import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { blake3 } from '@noble/hashes/blake3.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { OutputMissing } from './errors.ts'

export interface StoredBlob {
  /** blake3, hex */
  hash: string
  size: number
}

export interface BlobStore {
  /** Streams the body to its place and flushes it; bytes we already hold just replace themselves. */
  write(
    body: AsyncIterable<Uint8Array>,
    options: { maxBytes: number; signal?: AbortSignal },
  ): Promise<StoredBlob>
}

/** Where it matters in which order things reach the disk. */
export interface Disk {
  open: typeof open
  rename: typeof rename
}

/** @param dataDir `SAFELIGHT_DATA_DIR` */
export function createBlobStore(dataDir: string, disk: Disk = { open, rename }): BlobStore {
  const root = join(dataDir, 'blobs')
  return {
    async write(body, { maxBytes, signal }) {
      // beside the blobs, because rename is only atomic within one file system
      const incoming = join(root, 'incoming')
      await mkdir(incoming, { recursive: true })
      const temporary = join(incoming, randomUUID())
      const hasher = blake3.create()
      let size = 0

      async function* measured(chunks: AsyncIterable<Uint8Array>) {
        for await (const chunk of chunks) {
          size += chunk.byteLength
          if (size > maxBytes) throw tooLarge(maxBytes)
          hasher.update(chunk)
          yield chunk
        }
      }

      try {
        const file = await disk.open(temporary, 'wx')
        try {
          await writeFile(file, measured(body), signal ? { signal } : {})
          await file.sync()
        } finally {
          await file.close()
        }
        const hash = bytesToHex(hasher.digest())
        const folder = join(root, hash.slice(0, 2))
        const made = await mkdir(folder, { recursive: true })
        await disk.rename(temporary, join(folder, hash))
        await flushFolder(disk, folder)
        // a folder is a name in the one above it
        if (made) await flushFolder(disk, dirname(made))
        return { hash, size }
      } finally {
        await rm(temporary, { force: true })
      }
    },
  }
}

/** Some file systems know no flushing of folders: there is nothing more that could be done then. */
const UNSUPPORTED = new Set(['EINVAL', 'EISDIR', 'ENOTSUP', 'EPERM'])

/** A rename is on the disk when its folder is. */
async function flushFolder(disk: Disk, path: string): Promise<void> {
  const folder = await disk.open(path, 'r')
  try {
    await folder.sync()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (!UNSUPPORTED.has(code)) throw error
  } finally {
    await folder.close()
  }
}

export function tooLarge(maxBytes: number): OutputMissing {
  return new OutputMissing('too_large', `An output is larger than the limit of ${maxBytes} bytes.`)
}
