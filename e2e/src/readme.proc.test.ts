/** What the README says works as pasted. */
import { execFile, spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { readTestConfig } from '@safelight/testkit'
import type { Stack } from './testing/stack.ts'
import { openTestStack } from './testing/test-stack.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const README = readFileSync(join(ROOT, 'README.md'), 'utf8')
const WATCHING = readFileSync(join(ROOT, 'docs/watching.md'), 'utf8')
const run = promisify(execFile)

const noCurl = spawnSync('curl', ['--version']).error !== undefined && !readTestConfig().requireAll

let stack: Stack
beforeAll(async () => {
  stack = await openTestStack({ speed: 10 })
})
afterAll(() => stack.close())

/** The one fenced block of a language that holds `mark`, pointed at the stack under test. */
function block(language: string, mark: string, page = README): string {
  const blocks = [...page.matchAll(/```(\w+)\n([\s\S]*?)```/g)]
  const found = blocks
    .filter(([, lang, code]) => lang === language && code?.includes(mark))
    .map(([, , code]) => code ?? '')
  if (found.length !== 1) throw new Error(`${found.length} blocks with ${mark}`)
  return (found[0] ?? '').replaceAll('http://127.0.0.1:8080', stack.urls[0] ?? '')
}

/** Runs a program of the page in a folder of its own, from which the project's packages can be had. */
async function pasteProgram(code: string, args: string[] = []) {
  const folder = join(ROOT, 'node_modules/.cache/safelight-readme')
  mkdirSync(join(folder, 'examples'), { recursive: true })
  copyFileSync(
    join(ROOT, 'examples/text-to-image.json'),
    join(folder, 'examples/text-to-image.json'),
  )
  writeFileSync(join(folder, 'pasted.mjs'), code)
  try {
    const { stdout, stderr } = await run('node', ['pasted.mjs', ...args], {
      cwd: folder,
      timeout: 30_000,
    })
    return { lines: stdout.trimEnd().split('\n'), stderr, files: readdirSync(folder) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function pasteSubmit(): Promise<string> {
  const { stdout } = await run('bash', ['-c', block('sh', 'cat examples/')], { cwd: ROOT })
  const job: { id: string; status: string } = JSON.parse(stdout)
  expect(job.status).toBe('queued')
  return job.id
}

describe.skipIf(noCurl)('the README (its examples need curl, which is not here)', () => {
  it('submits with curl and watches over Socket.IO', async () => {
    const jobId = await pasteSubmit()
    const { lines, stderr } = await pasteProgram(block('js', 'socket.io-client', WATCHING), [jobId])
    expect(stderr).toBe('')
    expect(lines.at(-1)).toBe('succeeded')
    expect(lines).toContain('100 %  ')
    expect(lines.some((line) => /\/api\/v2\/assets\/[\w-]+\/content$/.test(line))).toBe(true)
  })

  it('makes a picture with a few lines of the client', async () => {
    const { stderr, files, lines } = await pasteProgram(block('js', '@safelight/client'))
    expect(stderr).toBe('')
    expect(files.filter((name) => name.endsWith('.png'))).toHaveLength(1)
    expect(lines.at(-1)).toMatch(/^1 /)
  })

  it('makes a picture in the terminal, and lists it', async () => {
    const code = block('sh', 'npx safelight run').replace('./pictures', '$OUT')
    const folder = mkdtempSync(join(tmpdir(), 'safelight-readme-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const env = { ...process.env, OUT: folder, SAFELIGHT_URL: stack.urls[0] }
    const { stdout } = await run('bash', ['-ec', code], { cwd: ROOT, env, timeout: 60_000 })
    expect(readdirSync(folder).filter((name) => name.endsWith('.png'))).toHaveLength(1)
    expect(stdout).toMatch(/done|succeeded|complete/i)
  })

  it('follows server-sent events with curl, to the end of the stream', async () => {
    const jobId = await pasteSubmit()
    const { stdout } = await run('bash', ['-c', block('sh', 'curl -N').replace('ID', jobId)], {
      timeout: 15_000,
    })
    expect(stdout).toMatch(/event: status\n/)
    expect(stdout).toMatch(/id: \d+\n/)
    expect(stdout).toContain('"status":"succeeded"')
  })
})

it('names only files and scripts that exist', () => {
  const links = [...README.matchAll(/\]\((?!http)([^)#]+)\)/g)].map(([, path]) => path ?? '')
  expect(links.length).toBeGreaterThan(5)
  expect(links.filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const named = [...README.matchAll(/npm run (?:-s )?([\w:]+)/g)].map(([, name]) => name ?? '')
  expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([])
})
