/** The `Idempotency-Key` of what makes an asset: taken before the bytes come, used up when they have. */
import { ApiError } from '@safelight/shared'
import { z } from 'zod'
import { idempotencyKey } from '../jobs/idempotency.ts'
import type { AssetDeps } from './deps.ts'

export const uploadHeaders = z.object({
  'Idempotency-Key': idempotencyKey.optional().meta({
    description:
      'Good for one asset in 24 h: any later upload with the same key is refused with 422 `idempotency_key_reuse`; `details.asset_id` says what it was used for. An upload that fails does not use it up.',
  }),
})

/** A claim outlives its upload by so much: whoever holds it has ended by then. */
const CLAIM_SLACK_MS = 60_000

/** @param key null: none was sent. @throws ApiError `idempotency_key_reuse` */
export async function takeKey(
  { uploadKeys, limits }: Pick<AssetDeps, 'uploadKeys' | 'limits'>,
  key: string | null,
  assetId: string,
): Promise<void> {
  if (key === null) return
  const other = await uploadKeys.take(key, assetId, limits.uploadMs + CLAIM_SLACK_MS)
  if (other === null) return
  throw new ApiError('idempotency_key_reuse', 'This Idempotency-Key has been used already.', {
    details: { asset_id: other },
  })
}

/** Settles the key by what becomes of the work. */
export async function withKey<T>(
  { uploadKeys }: Pick<AssetDeps, 'uploadKeys'>,
  { key, assetId }: { key: string | null; assetId: string },
  work: () => Promise<T>,
): Promise<T> {
  try {
    const made = await work()
    // one that could not be kept ends sooner: nobody is told a lie
    if (key !== null) await uploadKeys.keep(key, assetId).catch(() => undefined)
    return made
  } catch (error) {
    if (key !== null) await uploadKeys.giveBack(key, assetId).catch(() => undefined)
    throw error
  }
}
