/** Where the bytes of assets are. What they are, and who needs them, is in Redis: see packages/store/src/assets. */
import type { Readable } from 'node:stream'

export interface BlobStore {
  /**
   * Streams the bytes to a place nobody has used before, and makes them durable.
   * When it rejects, nothing is to be had under the key; parts of it may lie around until the next sweep.
   */
  write(
    key: string,
    body: AsyncIterable<Uint8Array>,
    options?: { signal?: AbortSignal; contentType?: string },
  ): Promise<void>
  /**
   * @param options range: first and last byte, both within the size
   * @returns null when nothing is there. `size`: all bytes of the blob, also when only a part is read
   */
  read(
    key: string,
    options?: { range?: ByteRange; signal?: AbortSignal },
  ): Promise<{ body: Readable; size: number } | null>
  /** To remove what is not there is no error. */
  remove(key: string): Promise<void>
  /** Removes the parts of broken writes that began before (ms since the epoch). @returns how many */
  sweep(before: number): Promise<number>
  /**
   * Where anybody may GET it for so long; null where the store itself serves nobody.
   * @param options disposition: value of `Content-Disposition`
   */
  presign(
    key: string,
    options: { seconds: number; contentType: string; disposition: string },
  ): Promise<string | null>
}

export interface ByteRange {
  start: number
  /** Inclusive. */
  end: number
}
