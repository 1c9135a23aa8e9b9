/** What the runbook tells people to type at night can be pasted, and speaks of what there is. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { apiConfigSchema } from '@safelight/api/config'
import { describeSettings } from '@safelight/runtime'
import { describeMetrics } from '@safelight/telemetry'
import { workerConfigSchema } from '@safelight/worker/config'
import { expect, it } from 'vitest'

const runbook = readFileSync(new URL('../../../docs/runbook.md', import.meta.url), 'utf8')
const settings = new Set(
  [apiConfigSchema, workerConfigSchema].flatMap((schema) =>
    describeSettings(schema).map(({ name }) => name),
  ),
)
const FENCE = /^ *```sh\n(.*?)^ *```/gms
const blocks = [...runbook.matchAll(FENCE)].map(([, block = '']) => block)
const code = [
  ...blocks,
  ...[...runbook.replaceAll(FENCE, '').matchAll(/`([^`\n]+)`/g)].map(([, it = '']) => it),
]
const [setUp = ''] = runbook.split('\n## Where to look')
const namesIn = (texts: readonly string[], pattern: RegExp) =>
  new Set(texts.flatMap((text) => [...text.matchAll(pattern)].map(([, name = '']) => name)))

it('every part of a chapter that is to be looked at has a command', () => {
  const chapters = runbook.split(/^### (?=Safelight)/m).slice(1)
  const bare = chapters.flatMap((chapter) => {
    const [name = ''] = chapter.split('\n')
    const [, look = ''] = /- \*\*Look\*\*: (.*?)^- \*\*Do/ms.exec(chapter) ?? []
    const command = /```sh|`(?:safelight|call|look|redis|doctor_of|logs|jobs_in) /
    return command.test(look) && chapter.includes('- **Not again**: ') ? [] : [name]
  })
  expect(chapters.length).toBeGreaterThan(30)
  expect(bare).toEqual([])
})

it('blocks are what a shell understands', () => {
  const faults = blocks.flatMap((block) => {
    const { status, stderr } = spawnSync('bash', ['-n'], { input: block, encoding: 'utf8' })
    return status === 0 ? [] : [block, stderr]
  })
  expect(faults).toEqual([])
})

it('every variable and function is set before it is used', () => {
  const set = namesIn([setUp], /(?:^|; |export )([A-Za-z_]+)(?:=|\(\) \{)/gm)
  for (const block of blocks) {
    const own = namesIn([block], /(?:^|; |--arg |read -r )\s*([A-Za-z_]+)(?==| "|; do)/gm)
    const wanted = namesIn([block], /\$\{?([A-Za-z_]+)/g)
    const unknown = [...wanted].filter(
      (name) => !set.has(name) && !own.has(name) && !settings.has(name) && !/^(ID|p)$/.test(name),
    )
    expect([block, unknown]).toEqual([block, []])
  }
  const called = namesIn(code, /(?:^|[|;(] ?)([a-z]+_[a-z]+)(?= |;|$)/g)
  const known = (name: string) => set.has(name) || /^(used_memory|node_execution_error)$/.test(name)
  expect(
    [...called].filter((name) => /^(doctor|restart|jobs)_/.test(name) && !known(name)),
  ).toEqual([])
})

it('every setting and metric is one that there is', () => {
  const set = namesIn([setUp], /([A-Z]+(?:_[A-Z]+)*)=/g)
  const named = namesIn(code, /\b([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\b/g)
  expect([...named].filter((name) => !settings.has(name) && !set.has(name))).toEqual([])
  expect(named.size).toBeGreaterThan(15)
  const metrics = describeMetrics().map(({ name }) => name)
  const asked = [...namesIn([runbook], /\b(safelight_[a-z_]+)/g)]
  expect(asked.length).toBeGreaterThan(5)
  // a part of a name looks for all that begin so
  expect(asked.filter((name) => !metrics.some((metric) => metric.startsWith(name)))).toEqual([])
})
