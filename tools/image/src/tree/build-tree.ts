/** Builds the folder that an image consists of: code of the app, the packages it runs with, and the list of them. */
import { execFile } from 'node:child_process'
import { cp, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { APPS, type AppName, SBOM_FILE } from '../apps.ts'
import { findStrange, isRunning, slimManifest } from './slim.ts'
import { findNeeded, readLock, readManifest, readWorkspaces, type Workspace } from './workspaces.ts'

const run = promisify(execFile)
/** Of the list of packages. */
const MAX_OUTPUT_BYTES = 64 * 2 ** 20

export interface TreeOptions {
  /** The repository: its packages installed, everything compiled, the page built. */
  root: string
  app: AppName
  /** Must be empty or not there. */
  folder: string
}

/** @throws Error when something is not built, or a package is another than the one in the lock file */
export async function buildTree({ root, app, folder }: TreeOptions): Promise<void> {
  const { name, page, without } = APPS[app]
  const needed = findNeeded(await readWorkspaces(root), name)
  await mkdir(folder, { recursive: true })
  if ((await readdir(folder)).length > 0) throw new Error(`${folder} is not empty`)
  const { version, license } = await readManifest(root)
  await writeJson(join(folder, 'package.json'), {
    name: name.slice(1).replace('/', '-'),
    version,
    license,
    private: true,
    workspaces: needed.map((workspace) => workspace.folder),
  })
  for (const workspace of needed) await copyWorkspace({ root, folder, without }, workspace)
  if (page) await copyPage(root, folder)
  await installPackages(root, folder)
}

type From = Pick<TreeOptions, 'root' | 'folder'> & { without: readonly string[] }

async function copyWorkspace(from: From, workspace: Workspace): Promise<void> {
  const source = join(from.root, workspace.folder)
  const target = join(from.folder, workspace.folder)
  const made = await readdir(join(source, 'dist'), { recursive: true }).catch(() => [])
  const paths = made.filter((path) => isRunning(source, path))
  if (paths.length === 0) throw new Error(`${workspace.folder} is not built: npx tsc -b`)
  for (const path of paths) {
    await mkdir(dirname(join(target, 'dist', path)), { recursive: true })
    await cp(join(source, 'dist', path), join(target, 'dist', path))
  }
  await writeJson(join(target, 'package.json'), slimManifest(workspace.manifest, from.without))
}

async function copyPage(root: string, folder: string): Promise<void> {
  const page = 'apps/web/dist'
  const built = await stat(join(root, page, 'index.html')).catch(() => null)
  if (!built) throw new Error('the page is not built: npm run page')
  await cp(join(root, page), join(folder, page), { recursive: true })
}

async function installPackages(root: string, folder: string): Promise<void> {
  const npm = (...args: string[]) => run('npm', args, { cwd: folder, maxBuffer: MAX_OUTPUT_BYTES })
  const lock = join(folder, 'package-lock.json')
  // the versions that were tested; npm takes out of it what is not wanted here
  await cp(join(root, 'package-lock.json'), lock)
  await npm(
    'install',
    '--omit=dev',
    '--ignore-scripts',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
  )
  const strange = findStrange(await readLock(folder), await readLock(root))
  if (strange.length > 0) throw new Error(`not as in package-lock.json: ${strange.join(', ')}`)
  const { stdout } = await npm('sbom', '--sbom-format', 'cyclonedx', '--omit', 'dev')
  await writeFile(join(folder, SBOM_FILE), stdout)
  await rm(lock)
  await dropUnread(join(folder, 'node_modules'))
}

/** Types and source maps: a fifth of all packages, and nothing that runs reads them. */
async function dropUnread(folder: string): Promise<void> {
  const paths = await readdir(folder, { recursive: true })
  const unread = paths.filter((path) => /\.(?:d\.[cm]?ts|map)$/.test(path))
  await Promise.all(unread.map((path) => rm(join(folder, path), { recursive: true })))
}

const writeJson = (file: string, content: object) =>
  writeFile(file, `${JSON.stringify(content, null, 2)}\n`)
