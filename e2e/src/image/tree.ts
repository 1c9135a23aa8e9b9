/** The trees that images consist of, built as the Dockerfile builds them, and what is found in them. */
import { execFile } from 'node:child_process'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type AppName, SBOM_FILE } from '@safelight/image'
import { npmEnv } from '@safelight/testkit'
import { z } from 'zod'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const LONGEST_MS = 180_000

export interface Tree {
  app: AppName
  folder: string
}

/** @param folder that becomes the tree: not there yet */
export async function buildTree(app: AppName, folder: string): Promise<Tree> {
  const options = { cwd: ROOT, env: npmEnv(), timeout: LONGEST_MS }
  await promisify(execFile)('npm', ['run', '-s', 'image:tree', '--', app, folder], options)
  return { app, folder }
}

export async function sizeOf({ folder }: Tree): Promise<{ bytes: number; packages: number }> {
  const paths = await readdir(folder, { recursive: true })
  const sizes = await Promise.all(paths.map((path) => stat(join(folder, path))))
  return {
    bytes: sizes.reduce((sum, found) => sum + (found.isFile() ? found.size : 0), 0),
    packages: (await readSbom(folder)).length,
  }
}

/** What an image of this app must not hold: what builds it, what tests it, and what only the other app needs. */
const UNWANTED: Record<AppName, RegExp> = {
  api: /^(typescript|vite|vitest|react|@safelight\/(worker|testkit|simulator|web))$/,
  worker:
    /^(typescript|vite|vitest|react|socket\.io|sharp|@img\/.*|@safelight\/(api|testkit|simulator|web))$/,
}

const namedSchema = z.looseObject({ name: z.string(), version: z.string() })

/** @returns what is wrong with it, in words; nothing, when it is as it should be */
export async function findFaults({ app, folder }: Tree): Promise<string[]> {
  const installed = await listPackages(join(folder, 'node_modules'))
  const unwanted = installed.filter((name) => UNWANTED[app].test(name.replace(/@[^@]*$/, '')))
  const listed = new Set(await readSbom(folder))
  const unlisted = installed.filter((name) => !listed.has(name))
  const paths = await readdir(folder, { recursive: true })
  const hasPage = paths.includes('apps/web/dist/index.html')
  const odd = paths.filter((path) => /(^|\/)(src|testing)(\/|$)|\.tsx?$|\.test\./.test(path))
  return [
    ...unwanted.map((name) => `${app} has ${name}`),
    ...unlisted.map((name) => `${app}: ${name} is not in ${SBOM_FILE}`),
    ...odd.filter((path) => !path.includes('node_modules')).map((path) => `${app} has ${path}`),
    ...(hasPage === (app === 'api') ? [] : [`${app} ${hasPage ? 'has a' : 'has no'} page`]),
  ]
}

/** `zod@4.6.7`, each installed one. */
async function listPackages(modules: string): Promise<string[]> {
  const entries = await readdir(modules, { withFileTypes: true }).catch(() => [])
  const found = await Promise.all(
    entries.map(async ({ name }) => {
      if (name.startsWith('.')) return []
      const folder = join(modules, name)
      if (name.startsWith('@')) return await listPackages(folder)
      const text = await readFile(join(folder, 'package.json'), 'utf8')
      const manifest = namedSchema.parse(JSON.parse(text))
      return [
        `${manifest.name}@${manifest.version}`,
        ...(await listPackages(join(folder, 'node_modules'))),
      ]
    }),
  )
  return found.flat()
}

const sbomSchema = z.looseObject({
  bomFormat: z.literal('CycloneDX'),
  components: z.array(
    z.looseObject({ purl: z.string().transform((purl) => decodeURIComponent(purl)) }),
  ),
})

/** `zod@4.6.7`, each that the list names. */
async function readSbom(folder: string): Promise<string[]> {
  const { components } = sbomSchema.parse(
    JSON.parse(await readFile(join(folder, SBOM_FILE), 'utf8')),
  )
  return components.map(({ purl }) => purl.replace(/^pkg:npm\//, '').replace(/\?.*$/, ''))
}
