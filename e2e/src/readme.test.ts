/** What the README says works as pasted. */
import { execFile, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { readTestConfig } from './config.ts'
import { type Stack, startStack } from './testing/stack.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const README = readFileSync(join(ROOT, 'README.md'), 'utf8')
const run = promisify(execFile)

const noCurl = spawnSync('curl', ['--version']).error !== undefined && !readTestConfig().requireAll

let stack: Stack
beforeAll(async () => {
  stack = await startStack({ redisUrl: inject('redisUrl'), speed: 10 })
})
afterAll(() => stack.close())

/** The one fenced block of a language that holds `mark`, pointed at the stack under test. */
function block(language: string, mark: string): string {
  const blocks = [...README.matchAll(/```(\w+)\n([\s\S]*?)```/g)]
  const found = blocks
    .filter(([, lang, code]) => lang === language && code?.includes(mark))
    .map(([, , code]) => code ?? '')
  if (found.length !== 1) throw new Error(`${found.length} blocks with ${mark}`)
  return (found[0] ?? '').replaceAll('http://127.0.0.1:8080', stack.urls[0] ?? '')
}

async function pasteSubmit(): Promise<string> {
  const { stdout } = await run('bash', ['-c', block('sh', '-d @examples')], { cwd: ROOT })
  const job: { id: string; status: string } = JSON.parse(stdout)
  expect(job.status).toBe('queued')
  return job.id
}

describe.skipIf(noCurl)('the README (its examples need curl, which is not here)', () => {
  it('submits with curl and watches over Socket.IO', async () => {
    const jobId = await pasteSubmit()
    const folder = join(ROOT, 'node_modules/.cache/safelight-readme')
    mkdirSync(folder, { recursive: true })
    const file = join(folder, 'watch.mjs')
    writeFileSync(file, block('js', 'socket.io-client'))
    const { stdout, stderr } = await run('node', [file, jobId], { timeout: 15_000 })
    rmSync(folder, { recursive: true })
    const lines = stdout.trimEnd().split('\n')
    expect(stderr).toBe('')
    expect(lines.at(-1)).toBe('succeeded')
    expect(lines).toContain('100 %  ')
    expect(lines.some((line) => /\/api\/v2\/assets\/[\w-]+\/content$/.test(line))).toBe(true)
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
