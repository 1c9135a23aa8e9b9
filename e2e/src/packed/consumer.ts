/** A stranger's folder, outside of this repository, with our packages installed from their tarballs. */
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { npmEnv } from '@safelight/testkit'

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
/** What is published, and where it is made. */
export const PACKAGES = {
  '@safelight/shared': 'packages/shared',
  '@safelight/client': 'packages/client',
  '@safelight/cli': 'apps/cli',
} as const
export type PackageName = keyof typeof PACKAGES

type Command = readonly [string, ...string[]]

export interface Consumer {
  folder: string
  tarballs: Record<PackageName, string>
  write(path: string, content: string): Promise<void>
  /** Runs a command of the consumer's own, in its folder. @throws Error with what it printed, when it fails */
  run(command: Command, env?: Record<string, string>): Promise<string>
  close(): Promise<void>
}

/** One install for everything that the example and our packages need. */
export async function createConsumer(): Promise<Consumer> {
  const folder = await mkdtemp(join(tmpdir(), 'safelight-packed-'))
  const close = () => rm(folder, { recursive: true, force: true })
  try {
    const tarballs = await packAll(folder)
    await cp(join(ROOT, 'examples'), join(folder, 'examples'), {
      recursive: true,
      filter: (path) => !path.includes('node_modules'),
    })
    const example: Manifest = JSON.parse(
      await readFile(join(folder, 'examples/react-watch/package.json'), 'utf8'),
    )
    const dependencies = { ...example.dependencies, ...example.devDependencies, ...tarballs }
    await writeFile(
      join(folder, 'package.json'),
      JSON.stringify({ private: true, type: 'module', dependencies }),
    )
    const options = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund']
    await runIn(folder, ['npm', 'install', ...options])
    return {
      folder,
      tarballs,
      write: (path, content) => writeFile(join(folder, path), content),
      run: (command, env) => runIn(folder, command, env),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

interface Manifest {
  dependencies: Record<string, string>
  devDependencies: Record<string, string>
}

/** Runs a tool of this repository on what was packed. */
export function runTool([name, ...args]: Command): Promise<string> {
  return runIn(ROOT, [join(ROOT, 'node_modules/.bin', name), ...args])
}

/** @returns paths in the package */
export async function listTarball(tarball: string): Promise<string[]> {
  const listed = await runIn(ROOT, ['tar', '-tzf', tarball])
  return listed
    .trim()
    .split('\n')
    .map((path) => path.replace('package/', ''))
}

async function packAll(folder: string): Promise<Record<PackageName, string>> {
  const target = join(folder, 'tarballs')
  await mkdir(target)
  const workspaces = Object.keys(PACKAGES).flatMap((name) => ['-w', name])
  await runIn(ROOT, ['npm', 'pack', '--pack-destination', target, ...workspaces])
  const files = await readdir(target)
  const find = (name: PackageName) => {
    const file = files.find((packed) => packed.startsWith(`${name.slice(1).replace('/', '-')}-`))
    if (file === undefined) throw new Error(`${name} was not packed`)
    return join(target, file)
  }
  return {
    '@safelight/shared': find('@safelight/shared'),
    '@safelight/client': find('@safelight/client'),
    '@safelight/cli': find('@safelight/cli'),
  }
}

const execute = promisify(execFile)
const LONGEST_MS = 90_000

async function runIn(
  cwd: string,
  [command, ...args]: Command,
  env: Record<string, string> = {},
): Promise<string> {
  const options = { cwd, env: { ...npmEnv(), ...env }, timeout: LONGEST_MS }
  try {
    return (await execute(command, args, options)).stdout
  } catch (cause) {
    const printed = cause instanceof Error && 'stdout' in cause ? String(cause.stdout) : ''
    throw new Error(`${command} ${args.join(' ')} failed: ${printed}`, { cause })
  }
}
