/** Ids of assets: shown short, taken short. */
import type { Client } from '@safelight/client'
import { UsageError } from '../errors.ts'
import { isWholeId, matchId } from '../ids.ts'

/** As many as one page of the list may have. */
const RECENT = 100

/** @param given whole ids, or beginnings of ids of recent assets. @throws UsageError when a beginning is of several */
export async function resolveAssetIds(
  client: Pick<Client, 'assets'>,
  given: readonly string[],
): Promise<string[]> {
  if (given.length === 0 || given.includes('')) {
    throw new UsageError('which asset? Name an id, as `safelight assets ls` shows it')
  }
  if (given.every(isWholeId)) return [...new Set(given)]
  const { assets } = await client.assets.list({ limit: RECENT })
  const recent = assets.map(({ id }) => id)
  return [...new Set(given.map((id) => matchId(id, recent, 'assets')))]
}
