/** A file → an asset: its bytes travel only if the server does not have them. */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { type AssetFacts, type Client, RequestError } from '@safelight/client'
import type { AssetView } from '@safelight/shared'
import { createBLAKE3 } from 'hash-wasm'
import { FileError } from '../errors.ts'

export interface SendOptions extends AssetFacts {
  client: Pick<Client, 'assets'>
  /** Called as bytes go out. */
  onProgress: (sent: number, size: number) => void
  signal?: AbortSignal
}

/** @throws FileError when there is no such file */
export async function sendFile(path: string, options: SendOptions): Promise<AssetView> {
  const { client, onProgress, signal, ...given } = options
  const size = await sizeOf(path)
  const facts = { filePath: basename(path), ...given, ...(signal && { signal }) }
  const hash = await hashFile(path, signal)
  try {
    return await client.assets.fromHash(hash, facts)
  } catch (error) {
    // it does not have them
    if (!(error instanceof RequestError) || error.status !== 404) throw error
  }
  onProgress(0, size)
  return client.assets.upload(path, {
    ...facts,
    expectedHash: hash,
    onProgress: ({ sent }) => onProgress(sent, size),
  })
}

/** @throws FileError unless it is a file that can be read */
export async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch((cause: unknown) => {
    const isGone = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
    const why = isGone ? 'there is no such file' : 'it is not to be read'
    throw new FileError(`${path} cannot be uploaded: ${why}`, { cause })
  })
  if (!found.isFile()) throw new FileError(`${path} cannot be uploaded: it is no file`)
  return found.size
}

async function hashFile(path: string, signal: AbortSignal | undefined): Promise<string> {
  const hasher = await createBLAKE3()
  hasher.init()
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024, signal })) {
    hasher.update(chunk as Uint8Array)
  }
  return `blake3:${hasher.digest('hex')}`
}
