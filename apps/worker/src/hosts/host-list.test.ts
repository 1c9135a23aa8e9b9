import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger } from '@safelight/runtime'
import { expect, it, onTestFinished } from 'vitest'
import { openFileList, toFixedList } from './host-list.ts'

const withHosts = (...names: string[]) =>
  JSON.stringify({ hosts: names.map((name) => ({ name, url: `http://${name}` })) })

/** A file that is looked at when the test says so. */
function followFile(first: string) {
  const folder = mkdtempSync(join(tmpdir(), 'safelight-list-'))
  const path = join(folder, 'hosts.yaml')
  writeFileSync(path, first)
  let due: (() => void) | null = null
  const clock = {
    now: () => 0,
    steady: () => 0,
    after(_: number, act: () => void) {
      due = act
      return () => {
        due = null
      }
    },
  }
  const lines: string[] = []
  const destination = { write: (line: string) => void lines.push(line) }
  const log = createLogger({ level: 'info', name: 'test', destination })
  const list = openFileList({ path, slots: 2, everyMs: 1_000, clock, log })
  const told: string[][] = []
  const following = list.follow(async (hosts) => {
    told.push(hosts.map(({ hostId }) => hostId))
  })
  onTestFinished(async () => {
    await following.close()
    rmSync(folder, { recursive: true })
  })
  return {
    path,
    list,
    told,
    warnings: () => lines.filter((line) => line.includes('"level":"warn"')),
    /** One look at the file, as it is now. */
    look: async (text?: string) => {
      if (text !== undefined) writeFileSync(path, text)
      const act = due
      due = null
      act?.()
      await expect.poll(() => due).not.toBeNull()
    },
  }
}

it('tells a new list when two looks have found it, and no half of one', async () => {
  const { list, look, told } = followFile(withHosts('a'))
  await look(withHosts('b'))
  await look(withHosts('b', 'c'))
  expect(told).toEqual([])
  await look()
  await look()
  expect(told).toEqual([['b', 'c']])
  expect(list.now().map(({ hostId }) => hostId)).toEqual(['b', 'c'])
})

it('tells nothing of a file that stays as it is, or is as it was again', async () => {
  const { look, told } = followFile(withHosts('a'))
  await look()
  await look('')
  await look(withHosts('a'))
  await look()
  expect(told).toEqual([])
})

it('says once what is wrong with a file, and again when something else is', async () => {
  const { path, look, told, warnings } = followFile(withHosts('a'))
  for (const text of ['hosts: [{}]', undefined, undefined, undefined]) await look(text)
  expect(warnings()).toHaveLength(1)
  expect(warnings()[0]).toContain('hosts[0].url')
  rmSync(path)
  for (let looks = 0; looks < 3; looks += 1) await look()
  expect(warnings()).toHaveLength(2)
  expect(warnings()[1]).toContain('cannot be read (ENOENT)')
  await look(withHosts('b'))
  await look()
  expect(told).toEqual([['b']])
})

it('has hosts of a setting that never change', async () => {
  const list = toFixedList(['http://gpu:8188'], 3)
  expect(list.now()).toMatchObject([{ hostId: 'gpu:8188', slots: 3, labels: [] }])
  await list.follow(async () => {}).close()
})
