/** Blobs on disk by content: `blobs/<first two hex>/<blake3 hex>`, written aside and renamed, so a name never shows half a file. */
import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { blake3 } from '@noble/hashes/blake3.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { OutputMissing } from './errors.ts'

export interface StoredBlob {
  /** blake3, hex */
  hash: string
  size: number
}

export interface BlobStore {
  /** Streams the body to its place; bytes we already hold just replace themselves. */
  write(
    body: AsyncIterable<Uint8Array>,
    options: { maxBytes: number; signal?: AbortSignal },
  ): Promise<StoredBlob>
}

/** @param dataDir `SAFELIGHT_DATA_DIR` */
export function createBlobStore(dataDir: string): BlobStore {
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
        await pipeline(body, measured, createWriteStream(temporary), signal ? { signal } : {})
        const hash = bytesToHex(hasher.digest())
        const folder = join(root, hash.slice(0, 2))
        await mkdir(folder, { recursive: true })
        await rename(temporary, join(folder, hash))
        return { hash, size }
      } finally {
        await rm(temporary, { force: true })
      }
    },
  }
}

export function tooLarge(maxBytes: number): OutputMissing {
  return new OutputMissing('too_large', `An output is larger than the limit of ${maxBytes} bytes.`)
}
