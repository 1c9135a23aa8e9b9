/** `npm run demo`, as a newcomer runs it, only faster. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { dieWithUs } from '@safelight/testkit'
import { afterAll, expect, inject, it } from 'vitest'

const MAIN = fileURLToPath(new URL('../../apps/demo/dist/main.js', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'safelight-demo-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function runDemo(
  env: Record<string, string>,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env['PATH'] ?? '', INIT_CWD: folder, ...env },
  })
  dieWithUs(child)
  const said = { stdout: '', stderr: '' }
  child.stdout.on('data', (data: Buffer) => (said.stdout += data.toString()))
  child.stderr.on('data', (data: Buffer) => (said.stderr += data.toString()))
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, ...said })))
}

it('starts the stack, draws two bars, leaves two different pictures and ends well', async () => {
  const { code, stdout, stderr } = await runDemo({
    REDIS_URL: inject('redisUrl'),
    PORT: '0',
    SIMULATOR_SPEED: '5',
  })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const pictures = [...stdout.matchAll(/^picture: (.+)$/gm)].map(([, url]) =>
    readFileSync(new URL(url ?? '')),
  )
  expect(pictures).toHaveLength(2)
  for (const picture of pictures) expect(picture.subarray(1, 4).toString()).toBe('PNG')
  expect(pictures[0]?.equals(pictures[1] ?? Buffer.alloc(0))).toBe(false)
  // of two on one machine, either may have its news come together with its end
  expect(stdout).toMatch(/image .*█.* \d+% .*step \d+\/20 .*\d of \d nodes/)
  expect(stdout).toMatch(/second image .* 100% {2}Complete {6}1 output in /)
  expect(stdout).toMatch(/npm run dev.* http:\/\/127\.0\.0\.1:8080/)
  expect(stdout).toContain('file://')
})

it('says in one line what is wrong, and fails', async () => {
  const { code, stderr } = await runDemo({ COMFYUI_HOSTS: 'gpu-1:8188' })
  expect(code).toBe(1)
  expect(stderr).toMatch(/^demo failed: .*COMFYUI_HOSTS/)
})

it('fails when the hosts cannot be reached', async () => {
  const { code, stderr } = await runDemo({
    REDIS_URL: inject('redisUrl'),
    PORT: '0',
    COMFYUI_HOSTS: 'http://127.0.0.1:9',
  })
  expect(code).toBe(1)
  expect(stderr).toMatch(/^demo failed: the host at 127\.0\.0\.1:9 cannot be reached/)
})
