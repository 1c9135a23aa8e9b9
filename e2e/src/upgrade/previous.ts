/** The programs of another version: of a checkout, of a commit, or as they are stored here for whoever has no history. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, brotliDecompress, constants } from 'node:zlib'
import { bundleToKeep } from '@safelight/testkit'
import { z } from 'zod'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const STORED = new URL('../fixtures/previous-version.br', import.meta.url)
/** Under our own modules: native ones are found from there. */
const CACHE = join(ROOT, 'node_modules/.cache/safelight-upgrade')

export interface Programs {
  /** How it is called when it is spoken of. */
  name: string
  /** Files to be run with node. */
  api: string
  worker: string
}

const storedSchema = z.object({
  name: z.string(),
  /** File name → its text. */
  files: z.record(z.string().regex(/^[\w.-]+\.js$/), z.string()),
})
type Stored = z.infer<typeof storedSchema>

const run = promisify(execFile)

/** What `npm run upgrade:store` has put there. */
export async function unpackStored(): Promise<Programs> {
  const text = await promisify(brotliDecompress)(await readFile(STORED))
  return lay(storedSchema.parse(JSON.parse(text.toString())))
}

/** @param from a folder with a checkout that has its modules, or what git knows as a commit */
export async function buildPrevious(from: string): Promise<Programs> {
  return lay(await pack(from))
}

/** @returns how many bytes it has become */
export async function storePrevious(from: string): Promise<number> {
  const text = JSON.stringify(await pack(from))
  const params = {
    [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
    [constants.BROTLI_PARAM_SIZE_HINT]: text.length,
  }
  const packed = await promisify(brotliCompress)(text, { params })
  await writeFile(STORED, packed)
  return packed.length
}

async function lay({ name, files }: Stored): Promise<Programs> {
  // a folder for each life: runs do not overwrite what others run
  await mkdir(CACHE, { recursive: true })
  const folder = await mkdtemp(join(CACHE, `${name}-`))
  const dist = join(folder, 'dist')
  await mkdir(dist)
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ type: 'module', version: '0.0.0' }),
  )
  for (const [file, text] of Object.entries(files)) await writeFile(join(dist, file), text)
  return { name, api: join(dist, 'api.js'), worker: join(dist, 'worker.js') }
}

export async function removePrevious({ api }: Programs): Promise<void> {
  await rm(join(api, '../..'), { recursive: true, force: true })
}

async function pack(from: string): Promise<Stored> {
  const scratch = await mkdtemp(join(tmpdir(), 'safelight-upgrade-'))
  try {
    const isFolder = existsSync(join(from, 'package.json'))
    const checkout = isFolder ? resolve(from) : await checkOut(from, scratch)
    const bundles = join(scratch, 'bundles')
    await bundleToKeep(checkout, bundles)
    const names = await readdir(bundles)
    const files = await Promise.all(
      names.map(async (name) => [name, await readFile(join(bundles, name), 'utf8')] as const),
    )
    return { name: isFolder ? basename(checkout) : from, files: Object.fromEntries(files) }
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/** No work tree of git's: nothing of it is left in the repository. */
async function checkOut(commit: string, scratch: string): Promise<string> {
  const folder = join(scratch, 'checkout')
  const archive = join(scratch, 'checkout.tar')
  await mkdir(folder)
  await run('git', ['-C', ROOT, 'archive', '--output', archive, '--end-of-options', commit])
  await run('tar', ['-xf', archive, '-C', folder])
  await run('npm', ['ci', '--no-fund', '--no-audit', '--ignore-scripts'], { cwd: folder })
  return folder
}
