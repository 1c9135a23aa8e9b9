/** What is left of the files of a workspace in an image. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { LockedPackages, Manifest } from './workspaces.ts'

/** Without what builds and tests it, and without the packages that this app does not use. */
export function slimManifest(manifest: Manifest, without: readonly string[]): object {
  const keep = (names: Record<string, string>) =>
    Object.fromEntries(Object.entries(names).filter(([name]) => !without.includes(name)))
  const { name, version, license, type, exports } = manifest
  return {
    name,
    version,
    license,
    private: true,
    type,
    exports,
    dependencies: keep(manifest.dependencies),
    optionalDependencies: keep(manifest.optionalDependencies),
  }
}

/**
 * A file of `dist` that runs, made by a source that is there: a folder that was built before may hold more.
 * @param path in `dist`
 */
export function isRunning(folder: string, path: string): boolean {
  const source = path.replace(/\.js$/, '')
  if (source === path) return false
  return ['.ts', '.tsx'].some((ending) => existsSync(join(folder, 'src', source + ending)))
}

/** The packages that were installed in another form than the one that was tested; none, or the tree is not ours. */
export function findStrange(installed: LockedPackages, locked: LockedPackages): string[] {
  return Object.entries(installed).flatMap(([path, { version, integrity, link }]) => {
    if (!path.includes('node_modules/') || link) return []
    const wanted = locked[path]
    const same = wanted?.version === version && wanted?.integrity === integrity
    return same ? [] : [`${path} ${version}`]
  })
}
