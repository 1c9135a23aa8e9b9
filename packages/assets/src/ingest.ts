/** The way of bytes into an asset: streamed to a key of their own while they are hashed, then minted. */
import type { Asset } from '@safelight/shared'
import type { AssetStore } from '@safelight/store'
import { createBLAKE3, type IHasher } from 'hash-wasm'
import type { BlobStore } from './blobs/blob-store.ts'

export interface IngestDeps {
  blobs: BlobStore
  assets: Pick<AssetStore, 'begin' | 'abandon' | 'mint' | 'emptied'>
}

/** What was received. */
export interface Received {
  /** `blake3:<hex>` */
  hash: string
  /** Bytes */
  size: number
  /** The first of them, to tell by what they are: at most `HEAD_BYTES`. */
  head: Buffer
}

export interface IngestOptions {
  body: AsyncIterable<Uint8Array>
  maxBytes: number
  /** What is made of it. Throwing refuses the bytes: nothing of them is kept. */
  toAsset: (received: Received) => Asset | Promise<Asset>
  signal?: AbortSignal
}

export const HEAD_BYTES = 64 * 1024

export class TooLarge extends Error {
  readonly maxBytes: number

  constructor(maxBytes: number) {
    super(`more than the limit of ${maxBytes} bytes`)
    this.name = 'TooLarge'
    this.maxBytes = maxBytes
  }
}

/** @throws TooLarge; what `toAsset` and the body throw; and, as it is, what the store has to say */
export async function ingest(
  { blobs, assets }: IngestDeps,
  { body, maxBytes, toAsset, signal }: IngestOptions,
): Promise<{ asset: Asset; createdNew: boolean; isNewAsset: boolean }> {
  const key = await assets.begin()
  let mayBeMinted = false
  try {
    const received = await withHasher(async (hasher) => {
      const meter = createMeter(hasher, maxBytes)
      await blobs.write(key, meter.measure(body), signal ? { signal } : {})
      return meter.received()
    })
    const asset = await toAsset(received)
    mayBeMinted = true
    const minted = await assets.mint(asset, { key, size: received.size })
    mayBeMinted = minted !== null
    if (!minted) throw new Error('the bytes took longer than a day to come')
    const { spareKey, createdNew, isNewAsset } = minted
    if (spareKey !== null) await discard({ blobs, assets }, spareKey)
    return { asset: minted.asset, createdNew, isNewAsset }
  } catch (error) {
    // trouble with this is not the trouble to tell
    await giveUp({ blobs, assets }, { key, mayBeMinted }).catch(() => undefined)
    throw error
  }
}

/**
 * The key stays in the trash, and is looked after once more later: a store that was lost touch with may put the bytes there
 * after all. Minting whose answer was lost may have been done: then they are an asset's, and stay.
 */
async function giveUp(
  { blobs, assets }: IngestDeps,
  { key, mayBeMinted }: { key: string; mayBeMinted: boolean },
): Promise<void> {
  const wasPending = await assets.abandon(key)
  if (wasPending || !mayBeMinted) await blobs.remove(key)
}

/** The key is in the trash, and leaves it when its bytes are gone. */
async function discard({ blobs, assets }: IngestDeps, key: string): Promise<void> {
  try {
    await blobs.remove(key)
    await assets.emptied([key])
  } catch {
    // it stays in the trash
  }
}

/** Each has some memory of its own, which costs more to set up than a small picture to hash. */
const idleHashers: IHasher[] = []
const MOST_IDLE = 8

async function withHasher<T>(use: (hasher: IHasher) => Promise<T>): Promise<T> {
  const hasher = idleHashers.pop() ?? (await createBLAKE3())
  hasher.init()
  const used = await use(hasher)
  // one that failed may still be fed by a body that has not noticed
  if (idleHashers.length < MOST_IDLE) idleHashers.push(hasher)
  return used
}

function createMeter(hasher: IHasher, maxBytes: number) {
  const heads: Uint8Array[] = []
  let headBytes = 0
  let size = 0
  return {
    async *measure(body: AsyncIterable<Uint8Array>) {
      for await (const chunk of body) {
        size += chunk.byteLength
        if (size > maxBytes) throw new TooLarge(maxBytes)
        hasher.update(chunk)
        if (headBytes < HEAD_BYTES) {
          // a copy: whoever sent it may use its buffer again
          const head = Buffer.from(chunk.subarray(0, HEAD_BYTES - headBytes))
          heads.push(head)
          headBytes += head.byteLength
        }
        yield chunk
      }
    },
    received: (): Received => ({
      hash: `blake3:${hasher.digest('hex')}`,
      size,
      head: Buffer.concat(heads),
    }),
  }
}
