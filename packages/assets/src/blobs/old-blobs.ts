/**
 * Blobs of versions before 0.2, in the folder of data: `blobs/<2 hex>/<64 hex>`, named by their hash and without a record. They
 * are served as long as an asset of theirs lives; nobody else would ever remove them.
 */
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

export interface OldBlobsDeps {
  /** `SAFELIGHT_DATA_DIR` */
  dataDir: string
  /** The hashes of all assets, `blake3:<hex>`. Costly: asked only when there is something that may go. */
  listHashes: () => Promise<ReadonlySet<string>>
  /** ms since the epoch */
  now: () => Promise<number>
}

export interface OldBlobs {
  /** Removes those that no asset refers to; looks once a day, however often it is called. @returns how many */
  clean(): Promise<number>
}

/** A worker of such a version wrote the file before the asset; by then there is none of them that still does. */
const UNTOUCHED_MS = 7 * 24 * 3_600_000
const EVERY_MS = 24 * 3_600_000
const FOLDER = /^[0-9a-f]{2}$/
const HEX = /^[0-9a-f]{64}$/

export function createOldBlobs({ dataDir, listHashes, now }: OldBlobsDeps): OldBlobs {
  const root = join(dataDir, 'blobs')
  let lookedAt = Number.NEGATIVE_INFINITY

  async function findUntouched(before: number): Promise<string[]> {
    const found: string[] = []
    for (const folder of (await namesIn(root)).filter((name) => FOLDER.test(name))) {
      for (const hex of await namesIn(join(root, folder))) {
        if (!HEX.test(hex) || !hex.startsWith(folder)) continue
        if (await isUntouched(join(root, folder, hex), before)) found.push(hex)
      }
    }
    return found
  }

  return {
    async clean() {
      const nowMs = await now()
      if (nowMs - lookedAt < EVERY_MS) return 0
      const before = nowMs - UNTOUCHED_MS
      const untouched = await findUntouched(before)
      const needed = untouched.length > 0 ? await listHashes() : new Set<string>()
      let removed = 0
      for (const hex of untouched) {
        const path = join(root, hex.slice(0, 2), hex)
        if (needed.has(`blake3:${hex}`) || !(await isUntouched(path, before))) continue
        await rm(path, { force: true })
        removed += 1
      }
      lookedAt = nowMs
      return removed
    },
  }
}

async function isUntouched(path: string, before: number): Promise<boolean> {
  const found = await stat(path).catch(() => null)
  return found !== null && found.isFile() && found.mtimeMs < before
}

/** None when there is no such folder. */
async function namesIn(folder: string): Promise<string[]> {
  return await readdir(folder).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  })
}
