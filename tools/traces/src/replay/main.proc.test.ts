import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { printReplay } from './print-replay.ts'

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url))
const CLI = ['--conditions=@safelight/source', '--import', 'tsx', 'tools/traces/src/replay/main.ts']

it('prints nothing but JSON lines on stdout, and one clear line for a bad file', () => {
  const recorded = 'traces/comfyui-0.33.0/success-core.jsonl'
  const good = printReplay(recorded, join(ROOT, recorded))
  expect(good).toMatchObject({ stderr: '', ok: true })
  const lines = good.stdout
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line))
  expect(lines.at(-1)).toMatchObject({ type: 'end', outcome: 'succeeded' })

  const printed = spawnSync('node', [...CLI, recorded, 'nowhere.jsonl'], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  expect(printed).toMatchObject({
    status: 1,
    stdout: good.stdout,
    stderr: 'nowhere.jsonl: no such file\n',
  })
})
