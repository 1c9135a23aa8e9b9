/** Makes a small picture of a large one, of whoever's bytes: what it may cost is limited, and only formats of pictures are opened. */
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import type SharpModule from 'sharp'

type Sharp = typeof SharpModule

/** Pixels of a picture: 16384 × 8192. More is not opened. */
const MAX_PIXELS = 2 ** 27
/** The same of one that is decoded as a whole before anything is made of it: each pixel costs 16 bytes. 4096 × 4096. */
const MAX_PIXELS_WHOLE = 2 ** 24
const MAX_SECONDS = 10
/** A picture may be so much higher than wide before its thumbnail gets narrower: WebP has no more than 16383 rows. */
const MAX_HEIGHTS = 4
const QUALITY = 80

/** Everything else that the library reads stays shut: documents and vector graphics may refer to files and addresses. */
const LOADERS = ['Png', 'Jpeg', 'Webp', 'Nsgif', 'Heif', 'Tiff'].map(
  (name) => `VipsForeignLoad${name}`,
)

export type Shrink = (picture: Readable, width: number) => Promise<Buffer>

/** @returns null where this machine has no sharp */
export async function loadShrink(): Promise<Shrink | null> {
  let sharp: Sharp
  try {
    sharp = (await import('sharp')).default
  } catch {
    return null
  }
  sharp.cache(false)
  // pictures are made beside everything else that this process does
  sharp.concurrency(1)
  sharp.block({ operation: ['VipsForeignLoad'] })
  sharp.unblock({ operation: LOADERS })
  return (picture, width) => shrink(sharp, picture, width)
}

/**
 * The picture as it is to be looked at, at most so wide and never larger than it is; of one that moves, the first frame.
 * @throws what the picture or the library has to say
 */
async function shrink(sharp: Sharp, picture: Readable, width: number): Promise<Buffer> {
  const chunks: AsyncIterator<Buffer> = picture[Symbol.asyncIterator]()
  const first = await chunks.next()
  const isWhole = first.done || isDecodedWhole(first.value)
  const limitInputPixels = isWhole ? MAX_PIXELS_WHOLE : MAX_PIXELS
  const work = sharp({ limitInputPixels, failOn: 'error', sequentialRead: true })
    .autoOrient()
    .resize({ width, height: width * MAX_HEIGHTS, fit: 'inside', withoutEnlargement: true })
    .webp({ quality: QUALITY, effort: 3 })
    .timeout({ seconds: MAX_SECONDS })
  const broken = new AbortController()
  try {
    const reading = (async () => {
      for (let next = first; !next.done; next = await chunks.next()) {
        if (!work.write(next.value)) await once(work, 'drain', { signal: broken.signal })
      }
      work.end()
    })()
    const [made] = await Promise.all([work.toBuffer(), reading])
    return made
  } finally {
    broken.abort()
    picture.destroy()
    work.destroy()
  }
}

const INTERLACE_AT = 28

/** AVIF and its like, and PNG that comes in passes: some kilobytes of them can take gigabytes. */
function isDecodedWhole(head: Buffer): boolean {
  if (head.length <= INTERLACE_AT || head.toString('latin1', 4, 8) === 'ftyp') return true
  return head.toString('latin1', 1, 4) === 'PNG' && head[INTERLACE_AT] !== 0
}
