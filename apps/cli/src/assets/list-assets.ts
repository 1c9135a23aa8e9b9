/** `safelight assets ls`. */
import { type AssetListOptions, type Client, formatAge, formatSize } from '@safelight/client'
import type { AssetView, OutputType } from '@safelight/shared'
import { UsageError } from '../errors.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { resolveIds, shortenId } from '../ids.ts'
import type { Io } from '../io.ts'
import { parseWhole } from '../options.ts'
import type { Cell } from '../terminal/table.ts'
import { toMoreHint, writeTable } from '../terminal/write-table.ts'

export interface AssetDeps {
  client: Client
  io: Io
}

// the schema is not loaded for a list of words
export const TYPES = [
  'image',
  'video',
  'audio',
  'text',
  'file',
  'latent',
] as const satisfies readonly OutputType[]

export interface ListValues {
  type?: string
  name?: string
  job?: string
  limit?: string
  json?: boolean
}

const LIMIT = 20
const LIMIT_MOST = 10_000
/** As many as the API gives at a time. */
const PAGE = 100

export async function listAssets(values: ListValues, { client, io }: AssetDeps): Promise<ExitCode> {
  const { stdout } = io
  const limit = parseWhole('limit', values.limit, { least: 1, most: LIMIT_MOST }) ?? LIMIT
  const filter = await toFilter(values, client)
  const { assets, more } = await readAssets(client, filter, limit)
  if (values.json) {
    for (const asset of assets) stdout.write(`${JSON.stringify(asset)}\n`)
    return EXIT.ok
  }
  if (assets.length === 0) {
    const isAny = Object.keys(filter).length === 0
    stdout.write(isAny ? 'no assets yet\n' : 'no asset is like that\n')
    return EXIT.ok
  }
  const titles = ['ID', 'TYPE', 'SIZE', 'AGE', 'LEFT', 'JOB', 'NAME']
  const rows = assets.map((asset) => toRow(asset, Date.now()))
  writeTable(io, { titles, rows, hint: toMoreHint(more, limit) })
  return EXIT.ok
}

async function toFilter(values: ListValues, client: Client): Promise<AssetListOptions> {
  const type = TYPES.find((known) => known === values.type)
  if (values.type !== undefined && !type) {
    throw new UsageError(`no asset is ever '${values.type}'; types are ${TYPES.join(', ')}`)
  }
  const [job] = values.job === undefined ? [] : await resolveIds(client, [values.job])
  return {
    ...(type && { type }),
    ...(values.name !== undefined && { name: values.name }),
    ...(job !== undefined && { job }),
  }
}

async function readAssets(
  client: Client,
  filter: AssetListOptions,
  limit: number,
): Promise<{ assets: AssetView[]; more: boolean }> {
  const assets: AssetView[] = []
  let cursor: string | null = null
  do {
    const page = await client.assets.list({
      ...filter,
      limit: Math.min(PAGE, limit - assets.length),
      ...(cursor !== null && { cursor }),
    })
    assets.push(...page.assets)
    cursor = page.next_cursor
  } while (cursor !== null && assets.length < limit)
  return { assets, more: cursor !== null }
}

/** An upload has no job. */
function toRow(asset: AssetView, now: number): Cell[] {
  const { id, type, size_bytes: size, created_at, expires_at, job_id: job, name, preview } = asset
  return [
    { text: shortenId(id) },
    { text: preview ? `${type} (preview)` : type, color: preview ? 'dim' : 'cyan' },
    { text: formatSize(size).padStart(7) },
    { text: formatAge(now - Date.parse(created_at)) },
    { text: expires_at === null ? 'kept' : formatAge(Math.max(0, Date.parse(expires_at) - now)) },
    { text: job === undefined ? '–' : shortenId(job) },
    { text: name },
  ]
}
