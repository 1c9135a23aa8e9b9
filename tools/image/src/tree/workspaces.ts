/** The workspaces of this repository as they are written down, and those that one of them needs when it runs. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

const namesSchema = z.record(z.string(), z.string()).default({})

const manifestSchema = z.looseObject({
  name: z.string(),
  version: z.string(),
  license: z.string(),
  private: z.boolean().optional(),
  dependencies: namesSchema,
  optionalDependencies: namesSchema,
})
export type Manifest = z.output<typeof manifestSchema>

export interface Workspace {
  /** `packages/store` */
  folder: string
  manifest: Manifest
}

export async function readManifest(folder: string): Promise<Manifest> {
  return manifestSchema.parse(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')))
}

const lockSchema = z.looseObject({
  packages: z.record(
    z.string(),
    z.looseObject({
      version: z.string().optional(),
      integrity: z.string().optional(),
      resolved: z.string().optional(),
      link: z.boolean().optional(),
    }),
  ),
})
export type LockedPackages = z.output<typeof lockSchema>['packages']

/** By their paths: `node_modules/zod`. */
export async function readLock(folder: string): Promise<LockedPackages> {
  const text = await readFile(join(folder, 'package-lock.json'), 'utf8')
  return lockSchema.parse(JSON.parse(text)).packages
}

/** All of them, as the lock file knows them. */
export async function readWorkspaces(root: string): Promise<Workspace[]> {
  const links = Object.values(await readLock(root)).filter(({ link }) => link)
  const folders = links.flatMap(({ resolved }) => resolved ?? [])
  return Promise.all(
    folders.map(async (folder) => ({ folder, manifest: await readManifest(join(root, folder)) })),
  )
}

/** What it needs when it runs, itself first, each once. @throws Error when there is no such workspace */
export function findNeeded(workspaces: readonly Workspace[], name: string): Workspace[] {
  const byName = new Map(workspaces.map((workspace) => [workspace.manifest.name, workspace]))
  const needed = new Map<string, Workspace>()
  const add = (wanted: string) => {
    const workspace = byName.get(wanted)
    if (!workspace || needed.has(wanted)) return
    needed.set(wanted, workspace)
    const { dependencies, optionalDependencies } = workspace.manifest
    for (const next of Object.keys({ ...dependencies, ...optionalDependencies })) add(next)
  }
  add(name)
  if (needed.size === 0) throw new Error(`there is no workspace ${name}`)
  return [...needed.values()]
}
