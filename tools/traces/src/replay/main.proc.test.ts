import { execFileSync, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url))
const CLI = ['--conditions=@safelight/source', '--import', 'tsx', 'tools/traces/src/replay/main.ts']

it('prints nothing but JSON lines on stdout, and one clear line for a bad file', () => {
  const stdout = execFileSync('node', [...CLI, 'traces/comfyui-0.33.0/success-core.jsonl'], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line))
  expect(lines.at(-1)).toMatchObject({ type: 'end', outcome: 'succeeded' })
  const missing = spawnSync('node', [...CLI, 'nowhere.jsonl'], { cwd: ROOT, encoding: 'utf8' })
  expect(missing).toMatchObject({
    status: 1,
    stdout: '',
    stderr: 'nowhere.jsonl: no such file\n',
  })
})
