/** `safelight assets upload`. */
import { UsageError } from '../errors.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { parseWhole } from '../options.ts'
import type { AssetDeps } from './list-assets.ts'
import { sendFile, sizeOf } from './send-file.ts'
import { createUploadBar } from './upload-bar.ts'

export interface UploadValues {
  tag?: string[]
  'expires-in'?: string
  json?: boolean
}

const A_MINUTE = 60
const A_WEEK = 604_800

/** Prints the id of each. */
export async function uploadAssets(
  paths: readonly string[],
  values: UploadValues,
  { client, io }: AssetDeps,
): Promise<ExitCode> {
  if (paths.length === 0) throw new UsageError('which file? Name one, or several')
  const expiresIn = parseWhole('expires-in', values['expires-in'], {
    least: A_MINUTE,
    most: A_WEEK,
  })
  for (const path of paths) await sizeOf(path)
  const bar = createUploadBar(io, values.json ?? false)
  try {
    for (const path of paths) {
      const asset = await sendFile(path, {
        client,
        onProgress: (sent, size) => bar.show(path, sent, size),
        ...(values.tag && { tags: values.tag }),
        ...(expiresIn !== undefined && { expiresIn }),
      })
      io.stdout.write(`${values.json ? JSON.stringify(asset) : asset.id}\n`)
    }
  } finally {
    bar.close()
  }
  return EXIT.ok
}
