/** Before npm packs the package in this folder: out of `dist` goes what no source makes any more. */
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'

/** What the compiler makes of one source. */
const MADE = /\.(?:js|js\.map|d\.ts)$/

function isMade(path: string): boolean {
  const source = path.replace(MADE, '')
  if (source === path) return path === '.tsbuildinfo'
  return ['.ts', '.tsx'].some((ending) => existsSync(join('src', source + ending)))
}

for (const entry of readdirSync('dist', { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath, entry.name)
  if (entry.isFile() && !isMade(relative('dist', path))) rmSync(path)
}
