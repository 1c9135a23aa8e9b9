/** What users install: the tarballs alone, in an empty folder, do what their READMEs say. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { textToImage } from '../testing/client.ts'
import type { Stack } from '../testing/stack.ts'
import { openTestStack } from '../testing/test-stack.ts'
import {
  type Consumer,
  createConsumer,
  listTarball,
  PACKAGES,
  type PackageName,
  ROOT,
  runTool,
} from './consumer.ts'

vi.setConfig({ testTimeout: 90_000 })

let stack: Stack
let consumer: Consumer
let url: string
beforeAll(async () => {
  const [started, installed] = await Promise.all([openTestStack(), createConsumer()])
  stack = started
  consumer = installed
  url = stack.urls[0] ?? ''
  await consumer.write('workflow.json', JSON.stringify(textToImage(7)))
}, 180_000)
afterAll(async () => {
  await consumer?.close()
  await stack?.close()
})

const README = readFileSync(join(ROOT, 'packages/client/README.md'), 'utf8')
const readInstalled = (name: string) =>
  JSON.parse(readFileSync(join(consumer.folder, 'node_modules', name, 'package.json'), 'utf8'))

/** The README's block in this language, pointed at the stack under test. */
function block(language: string): string {
  const found = README.match(new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``))?.[1]
  if (found === undefined) throw new Error(`the client's README has no ${language}`)
  return found.replaceAll('http://127.0.0.1:8080', url)
}

// Object.keys is typed as string[]: these are the keys of a constant
describe.each(Object.keys(PACKAGES) as PackageName[])('the tarball of %s', (name) => {
  it('holds what it is for, and nothing else', async () => {
    const paths = await listTarball(consumer.tarballs[name])
    const around = paths.filter((path) => !/^(dist|styles|bin)\//.test(path))
    expect(around.toSorted()).toEqual(['LICENSE', 'README.md', 'package.json'])
    const types = name === '@safelight/cli' ? '' : '|d\\.ts'
    const wanted = new RegExp(
      `^(dist/.+\\.(js|js\\.map${types})|styles/.+\\.css(\\.d\\.ts)?|bin/.+\\.js)$`,
    )
    const odd = paths.filter((path) => !around.includes(path) && !wanted.test(path))
    expect(odd).toEqual([])
    expect(paths.filter((path) => /\.test\.|\/testing\//.test(path))).toEqual([])
    const sources = join(ROOT, PACKAGES[name], 'src')
    const stale = paths
      .filter((path) => path.startsWith('dist/') && path.endsWith('.js'))
      .map((path) => path.slice('dist/'.length, -'.js'.length))
      .filter((path) => !['.ts', '.tsx'].some((end) => existsSync(join(sources, path + end))))
    expect(stale).toEqual([])
  })

  it('has nothing that publint or attw find', async () => {
    const tarball = consumer.tarballs[name]
    expect(await runTool(['publint', 'run', tarball, '--strict'])).toContain('All good!')
    // it fails when it finds something
    expect(await runTool(['attw', tarball, '--profile', 'esm-only'])).toContain(name)
  })
})

it('brings no Redis and no queue along', () => {
  const installed = readdirSync(join(consumer.folder, 'node_modules'))
  expect(installed.filter((name) => /redis|bull/i.test(name))).toEqual([])
  expect(Object.keys(readInstalled('@safelight/shared').dependencies)).toEqual(['zod'])
  expect(Object.keys(readInstalled('@safelight/client').dependencies)).toEqual([
    '@safelight/shared',
    'socket.io-client',
  ])
})

it('makes a picture with the program of the client’s README', async () => {
  await consumer.write('picture.mjs', block('js'))
  const said = await consumer.run(['node', 'picture.mjs'])
  expect(said.trim().split('\n').at(-1)).toMatch(/^1 /)
  const pictures = readdirSync(consumer.folder).filter((name) => name.endsWith('.png'))
  expect(pictures).toHaveLength(1)
})

const PROGRAM = `
import { createClient, JobFailed, type JobUpdate, type RunResult } from '@safelight/client'
import { isTerminal, reduceJob, type JobEventView, type SnapshotView } from '@safelight/shared'

const client = createClient({ baseUrl: 'http://127.0.0.1:8080', token: () => undefined })

export async function run(workflow: Parameters<typeof client.jobs.run>[0]): Promise<RunResult> {
  try {
    return await client.jobs.run(workflow, {
      onProgress: ({ snapshot, connection }: JobUpdate) =>
        void [snapshot.progress?.value.toFixed(2), connection satisfies string],
    })
  } catch (error) {
    if (error instanceof JobFailed) throw new Error(error.code satisfies string)
    throw error
  }
}

export const fold = (snapshot: SnapshotView, event: JobEventView): boolean =>
  isTerminal(reduceJob(snapshot, event).status)

// @ts-expect-error a priority is a number
export const wrong = () => client.jobs.submit({}, { priority: 'high' })
`

it.each([
  ['nodenext', 'nodenext'],
  ['preserve', 'bundler'],
])('type-checks in a program of module %s, resolution %s', async (module, moduleResolution) => {
  const compilerOptions = {
    target: 'ES2022',
    lib: ['ES2023', 'DOM', 'DOM.Iterable'],
    types: [],
    jsx: 'react-jsx',
    module,
    moduleResolution,
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
  }
  await consumer.write('program.ts', PROGRAM)
  await consumer.write('watch.tsx', block('tsx'))
  const files = ['program.ts', 'watch.tsx']
  await consumer.write('tsconfig.json', JSON.stringify({ compilerOptions, files }))
  expect(await runTool(['tsc', '-p', consumer.folder])).toBe('')
})

it('builds the React example', async () => {
  const example = join(consumer.folder, 'examples/react-watch')
  expect(await runTool(['tsc', '-p', example])).toBe('')
  await consumer.run(['node_modules/.bin/vite', 'build', example])
  const [script = ''] = readdirSync(join(example, 'dist/assets')).filter((name) =>
    name.endsWith('.js'),
  )
  expect(readFileSync(join(example, 'dist/assets', script), 'utf8')).toContain('sl-generation')
})

it('runs the command line', async () => {
  const env = { SAFELIGHT_URL: url }
  const run = [
    'node_modules/.bin/safelight',
    'run',
    'workflow.json',
    '--set',
    '3.seed=8',
    '--out',
    'pictures',
  ] as const
  expect(await consumer.run(run, env)).toMatch(/^✓ workflow .* 100% {2}Complete/m)
  expect(readdirSync(join(consumer.folder, 'pictures'))).toHaveLength(1)
  expect(await consumer.run(['npx', 'safelight', 'ls'], env)).toMatch(/^ID .*STATUS[^]*succeeded/)
})
