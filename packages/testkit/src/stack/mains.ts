/** The programs that process tests start, each bundled from its sources: never a stale build, and up in half the time. */
import { readdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BuildOptions } from 'esbuild'

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url))
/** Where each would lie if it were built: what they look for beside themselves is found. */
const FOLDERS = {
  api: 'apps/api',
  worker: 'apps/worker',
  simulator: 'packages/simulator',
}
export type MainName = keyof typeof FOLDERS
const NAMES = ['api', 'worker', 'simulator'] as const

/** The file to run with node, once `bundleMains` has written it. */
export const mainOf = (name: MainName, checkout = ROOT): string =>
  join(checkout, FOLDERS[name], 'dist/bundle.js')

/** CommonJS packages in an ES module find their `require`. */
const REQUIRE =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);"

const OPTIONS: BuildOptions = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  conditions: ['@safelight/source'],
  // a tenth less to do at each start; lines stay short, for the one that Node prints of a fault
  minifyWhitespace: true,
  minifySyntax: true,
  lineLimit: 500,
  banner: { js: REQUIRE },
  // reached by nobody who passes a client of his own; sharp is native and finds its parts itself; the SDK of S3 is
  // large, and loaded by those who use it
  external: ['pg', 'redis', 'bullmq-otel', 'js-redis-server', 'sharp', '@aws-sdk/*'],
  logLevel: 'error',
}

/**
 * Does nothing when they are newer than every source.
 * @param checkout this one, unless told
 */
export async function bundleMains(checkout = ROOT): Promise<void> {
  if (await areFresh(checkout)) return
  // here and not above: whoever starts no processes does without
  const { build } = await import('esbuild')
  await Promise.all(
    NAMES.map((name) =>
      build({
        ...OPTIONS,
        // what is imported where it is needed stays apart: else each start would pay for it, the SDK of S3 before all
        splitting: true,
        entryPoints: { bundle: join(checkout, FOLDERS[name], 'src/main.ts') },
        outdir: dirname(mainOf(name, checkout)),
        chunkNames: 'bundle-[name]-[hash]',
      }),
    ),
  )
}

/** `api.js` and `worker.js` of a checkout and what both need, as small as they get: to be kept, and run without it. */
export async function bundleToKeep(checkout: string, folder: string): Promise<void> {
  const { build } = await import('esbuild')
  const main = (name: MainName) => join(checkout, FOLDERS[name], 'src/main.ts')
  await build({
    ...OPTIONS,
    entryPoints: { api: main('api'), worker: main('worker') },
    outdir: folder,
    splitting: true,
    minify: true,
  })
}

async function areFresh(checkout: string): Promise<boolean> {
  const bundles = await Promise.all(NAMES.map((name) => changedAt(mainOf(name, checkout))))
  const sources = await Promise.all(
    ['packages', 'apps'].map((folder) => newestSource(join(checkout, folder))),
  )
  const installed = await changedAt(join(checkout, 'node_modules/.package-lock.json'))
  return Math.min(...bundles) > Math.max(...sources, installed)
}

async function newestSource(folder: string): Promise<number> {
  const parts = await readdir(folder)
  const files = await Promise.all(
    parts.map(async (part) => {
      const src = join(folder, part, 'src')
      const names = await readdir(src, { recursive: true }).catch(() => [])
      return names.map((name) => join(src, name))
    }),
  )
  return Math.max(...(await Promise.all(files.flat().map(changedAt))))
}

/** ms since the epoch; 0 for a file that is not there. */
const changedAt = (file: string): Promise<number> =>
  stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  )
