/** `safelight assets rm`. */
import { RequestError } from '@safelight/client'
import { toErrorLine } from '../errors.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { shortenId } from '../ids.ts'
import { resolveAssetIds } from './asset-ids.ts'
import type { AssetDeps } from './list-assets.ts'

/** What cannot be removed keeps no other from it. */
export async function removeAssets(
  given: readonly string[],
  { client, io }: AssetDeps,
): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok
  for (const id of await resolveAssetIds(client, given)) {
    try {
      await client.assets.delete(id)
      io.stdout.write(`${shortenId(id)} removed\n`)
    } catch (error) {
      const words = toWords(error)
      if (words === null) throw error
      io.stderr.write(`${toErrorLine(`${shortenId(id)} ${words}`)}\n`)
      code = EXIT.refused
    }
  }
  return code
}

function toWords(error: unknown): string | null {
  if (!(error instanceof RequestError)) return null
  if (error.code === 'not_found') return 'is not there (not_found)'
  if (error.code !== 'asset_in_use') return null
  return 'is needed: by a job that is not done, or by one that made it and is kept (asset_in_use)'
}
