/** The rules of the house that a machine can check; docs/architecture.md says why they are. */
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { FLOORS, MAY_IMPORT } from './testing/house.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const MAX_LINES = 250
const MEDIAN_LINES = 120

const QUEUE_OR_REDIS = /^(ioredis|bullmq)($|\/)/
const KNOWS_REDIS = [
  'packages/store',
  'packages/doctor',
  'packages/testkit',
  'apps/api',
  'apps/worker',
]

interface Source {
  /** e.g. packages/store/src/keys.ts */
  path: string
  part: string
  text: string
  imports: string[]
}

function readSources(): Source[] {
  return ['packages', 'apps', 'tools'].flatMap((folder) =>
    readdirSync(join(ROOT, folder)).flatMap((name) => readPart(`${folder}/${name}`)),
  )
}

function readPart(part: string): Source[] {
  const files = readdirSync(join(ROOT, part, 'src'), { recursive: true, encoding: 'utf8' })
  return files.filter((file) => /\.tsx?$/.test(file)).map((file) => toSource(part, file))
}

function toSource(part: string, file: string): Source {
  const path = `${part}/src/${file}`
  const text = readFileSync(join(ROOT, path), 'utf8')
  const imports = [...text.matchAll(/\b(?:from|import)\s*\(?\s*'([^']+)'/g)].map(
    (match) => match[1] ?? '',
  )
  return { path, part, text, imports }
}

/** `job`, `pages/fleet` (each page is a folder of its own), '' beside the folders. */
const folderOf = (file: string): string => /^(?:pages\/)?[^/]+(?=\/)/.exec(file)?.[0] ?? ''

/** The files of its own app that a file imports, by their path under `src`. */
function ownImports({ path, part, imports }: Source): string[] {
  const folder = dirname(path.slice(`${part}/src/`.length))
  return imports.flatMap((name) => {
    const file = name.startsWith('.') ? join(folder, name) : '..'
    return file.startsWith('..') ? [] : [file]
  })
}

function toFloorFaults(source: Source): string[] {
  const { path, part } = source
  const folder = folderOf(path.slice(`${part}/src/`.length))
  if (folder === '') return []
  const allowed = FLOORS[part]?.[folder.replace(/\/.*/, '')]
  if (!allowed) return [`${path}: folder ${folder} has no floor`]
  return ownImports(source).flatMap((file) => {
    const target = folderOf(file)
    const isBelow = target === '' ? isGround(part, file, allowed) : allowed.includes(target)
    return isBelow || target === folder ? [] : [`${path} imports ${file}`]
  })
}

/** Beside the folders: it imports none of them but what lies below the one that imports it. */
function isGround(part: string, file: string, below: readonly string[]): boolean {
  const source = everything.find(({ path }) => path === `${part}/src/${file}`)
  if (!source) return false
  return ownImports(source).every((name) => ['', ...below].includes(folderOf(name)))
}

const everything = readSources()
/** What ships: tests and what only tests use may do more. */
const shipped = everything.filter(
  ({ path }) => !/\.test\.tsx?$|\/testing\/|testkit\/src\/vitest\//.test(path),
)
const pathsOf = (sources: Source[]) => sources.map(({ path }) => path)

describe('the house', () => {
  it('has parts that import only what they may', () => {
    const wrong = shipped.flatMap(({ path, part, imports }) =>
      imports
        .filter((name) => name.startsWith('@safelight/') && !MAY_IMPORT[part]?.includes(name))
        .map((name) => `${path} imports ${name}`),
    )
    expect(wrong).toEqual([])
  })

  it('has apps whose folders import only what is on a lower floor', () => {
    const inApps = shipped.filter(({ part }) => part in FLOORS)
    expect(new Set(inApps.map(({ part }) => part)).size).toBe(Object.keys(FLOORS).length)
    expect(inApps.flatMap(toFloorFaults)).toEqual([])
  })

  it('keeps queue and Redis out of the protocol and the clients', () => {
    const knowing = shipped.filter(
      ({ part, imports }) =>
        !KNOWS_REDIS.includes(part) && imports.some((name) => QUEUE_OR_REDIS.test(name)),
    )
    expect(pathsOf(knowing)).toEqual([])
  })

  it('has a contract that needs nothing but zod', () => {
    const contract = shipped.filter(({ part }) => part === 'packages/shared')
    const wrong = contract.flatMap(({ path, imports }) =>
      imports
        .filter((name) => name !== 'zod' && !name.startsWith('.'))
        .map((name) => `${path} imports ${name}`),
    )
    expect(contract.length).toBeGreaterThan(5)
    expect(wrong).toEqual([])
  })

  it(`has no file over ${MAX_LINES} lines, and a median of at most ${MEDIAN_LINES}`, () => {
    const lengths = [...everything, ...['e2e', 'bench'].flatMap(readPart)].map(
      ({ path, text }) => ({ path, lines: text.split('\n').length - 1 }),
    )
    expect(lengths.filter(({ lines }) => lines > MAX_LINES)).toEqual([])
    const sorted = shipped.map(({ text }) => text.split('\n').length - 1).toSorted((a, b) => a - b)
    expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThanOrEqual(MEDIAN_LINES)
  })

  it('begins every file with the sentence that says what it is', () => {
    const silent = shipped.filter(({ text }) => !/^(#!.*\n)?\/\*\*/.test(text))
    expect(pathsOf(silent)).toEqual([])
  })

  it('reads the environment in main.ts and config.ts only', () => {
    const readers = shipped.filter(
      ({ path, text }) =>
        text.includes('process.env') && !['main.ts', 'config.ts'].includes(basename(path)),
    )
    expect(pathsOf(readers)).toEqual([])
  })

  it('starts no process in the demo, the testkit or a test that would outlive its starter', () => {
    const careless = [...everything, ...readPart('e2e')].filter(
      ({ path, text }) =>
        /\.test\.tsx?$|\/testing\/|testkit|apps\/demo|^e2e/.test(path) &&
        /\bspawn\(/.test(text) &&
        !text.includes('dieWithUs'),
    )
    expect(pathsOf(careless)).toEqual([])
  })

  it('knows no `any`, no console and no unfinished business', () => {
    const forbidden =
      /(?::|<|\bas|\|)\s*any\b(?!\w)(?=\s*[;,)>\]=|}]|$)|\bconsole\.|\b(?:TODO|FIXME|XXX)\b/m
    const guilty = shipped.filter(({ text }) =>
      forbidden.test(text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')),
    )
    expect(pathsOf(guilty)).toEqual([])
    expect(pathsOf(everything.filter(({ text }) => /\b(?:TODO|FIXME|XXX)\b/.test(text)))).toEqual(
      [],
    )
  })

  it('does nothing at import: every module loads in a bare process, which then ends by itself', async () => {
    const modules = shipped.filter(
      ({ path }) => basename(path) !== 'main.ts' && path.endsWith('.ts'),
    )
    const script = modules
      .map(({ path }) => `await import(${JSON.stringify(pathToFileURL(join(ROOT, path)).href)})`)
      .join('\n')
    const run = promisify(execFile)
    const args = [
      '--conditions=@safelight/source',
      '--import',
      'tsx',
      '--input-type=module',
      '--eval',
      script,
    ]
    // a timer or a connection opened at import keeps the process alive until the timeout kills it
    const { stdout, stderr } = await run('node', args, { cwd: ROOT, timeout: 60_000 })
    expect({ stdout, stderr }).toEqual({ stdout: '', stderr: '' })
  })
})
