/** Photos that somebody has uploaded, and workflows that refer to them. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32, deflateSync } from 'node:zlib'
import { createLocalBlobs, ingest } from '@safelight/assets'
import type { Asset, Snapshot, Workflow } from '@safelight/shared'
import type { AssetStore } from '@safelight/store'
import { newAsset } from '@safelight/testkit'

/** A picture of one gray, 40 wide and as high as it is told. */
export function grayPng(height: number, gray = 100): Buffer {
  const width = 40
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 0, 0, 0, 0], 8)
  const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(width, gray)])
  const pixels = Buffer.concat(Array.from({ length: height }, () => row))
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    toChunk('IHDR', header),
    toChunk('IDAT', deflateSync(pixels)),
    toChunk('IEND', Buffer.alloc(0)),
  ])
}

function toChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data])
  const ends = Buffer.alloc(8)
  ends.writeUInt32BE(data.byteLength, 0)
  ends.writeUInt32BE(crc32(body), 4)
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)])
}

/** Width and height as the header of a PNG says. */
export function sizeOfPng(png: Buffer): { width: number; height: number } {
  return { width: png.readUInt32BE(16), height: png.readUInt32BE(20) }
}

/** As the API does it. @returns the asset */
export async function upload(
  { assets, dataDir }: { assets: AssetStore; dataDir: string },
  bytes: Buffer,
  over: Partial<Asset> = {},
): Promise<Asset> {
  async function* body() {
    yield bytes
  }
  const { asset } = await ingest(
    { assets, blobs: createLocalBlobs(dataDir) },
    {
      body: body(),
      maxBytes: 1e9,
      toAsset: ({ hash, size }) =>
        newAsset({ hash, size_bytes: size, created_at: Date.now(), ...over }),
    },
  )
  return asset
}

/** The first that the job has made, as it is stored. */
export async function pictureOf(
  { assets, dataDir }: { assets: Pick<AssetStore, 'blobOf'>; dataDir: string },
  { outputs }: Snapshot,
): Promise<Buffer> {
  const { key = '' } = (await assets.blobOf(outputs[0]?.hash ?? '')) ?? {}
  return readFile(join(dataDir, 'blobs', key))
}

/** The photo, saved. */
export function fromPhoto(assetId: string, prefix = 'photo'): Workflow {
  const image = { __type: 'core/ASSET', info: { id: assetId, file_path: 'input.png' } }
  return {
    '1': { class_type: 'LoadImage', inputs: { image } },
    '2': { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: prefix } },
  }
}
