/** `safelight assets get`. */
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { toPlainText } from '../plain-text.ts'
import { saveOutputFile } from '../save-outputs.ts'
import { resolveAssetIds } from './asset-ids.ts'
import type { AssetDeps } from './list-assets.ts'

/** Prints the path of each; with `json`, what the API says of it, and downloads nothing unless a folder is named. */
export async function getAssets(
  given: readonly string[],
  { out, json = false }: { out?: string; json?: boolean },
  { client, io }: AssetDeps,
): Promise<ExitCode> {
  const { signal } = new AbortController()
  for (const id of await resolveAssetIds(client, given)) {
    const asset = await client.assets.get(id)
    if (json) io.stdout.write(`${JSON.stringify(asset)}\n`)
    if (json && out === undefined) continue
    const path = await saveOutputFile(asset, { client, folder: out ?? 'assets', signal })
    if (!json) io.stdout.write(`${toPlainText(path)}\n`)
  }
  return EXIT.ok
}
