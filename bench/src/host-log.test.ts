import { appendFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished, expect, it } from 'vitest'
import { createHostLog } from './host-log.ts'

const line = (event: string, promptId: string, outcome: string) =>
  `${JSON.stringify({ event, promptId, startedAt: 1.25, endedAt: event === 'end' ? 2.5 : null, outcome })}\n`

it('reads on where it stopped, half a line included, and counts what has succeeded', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bench-log-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const files = [join(folder, 'one'), join(folder, 'none')]
  const [one = ''] = files
  const log = createHostLog(files)
  expect(await log.counts()).toEqual([0, 0])

  const second = line('end', 'b', 'success')
  await appendFile(one, line('start', 'a', 'running') + line('end', 'a', 'success'))
  await appendFile(one, line('end', 'c', 'error') + second.slice(0, 20))
  expect(await log.counts()).toEqual([1, 0])
  await appendFile(one, second.slice(20))
  const [counts, ended] = await Promise.all([log.counts(), log.ended([1])])
  expect(counts).toEqual([2, 0])
  expect(ended).toEqual([[{ promptId: 'b', startedAt: 1.25, endedAt: 2.5 }], []])
  await log.untilEnded(2)
})
