/** Files that a host lists and does not serve: whose fault it is, and what of the rest is kept. */
import type { Output } from '@safelight/shared'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type FileHost, file, openFileHost } from '../testing/file-host.ts'
import { OutputMissing } from './errors.ts'
import { fetchOutput } from './fetch-output.ts'

let host: FileHost
beforeEach(async () => {
  host = await openFileHost()
})
afterEach(() => host.close())

it.each([
  { filename: '../../etc/passwd' },
  { filename: '/etc/passwd' },
  { filename: 'passwd', subfolder: '../../etc' },
  { filename: 'a.png [input]' },
])(
  'refuses a file outside of the host’s folders at once, and asks for nothing: %o',
  async (named) => {
    const error = await fetchOutput({
      ...host.fetching('a.png'),
      file: { ...file('a.png'), ...named },
      // it would outlast the test
      retryMs: [600_000],
    }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(OutputMissing)
    expect(error).toMatchObject({ reason: 'refused' })
    expect(host.asked).toEqual([])
  },
)

it('says output_missing when the file stays away', async () => {
  host.answerAll(404)
  const failing = fetchOutput(host.fetching('a.png'))
  await expect(failing).rejects.toBeInstanceOf(OutputMissing)
  await expect(failing).rejects.toMatchObject({ reason: 'not_found' })
  expect(host.asked).toHaveLength(4)
})

it.each([400, 403, 410])('asks only once for a file that is refused with %i', async (status) => {
  host.answerAll(status)
  await expect(fetchOutput(host.fetching('a.png'))).rejects.toMatchObject({ reason: 'refused' })
  expect(host.asked).toHaveLength(1)
})

it('blames the file, not the host, when the host goes on failing it', async () => {
  host.answerAll(500)
  await expect(fetchOutput(host.fetching('a.png'))).rejects.toMatchObject({ reason: 'failed' })
  expect(host.asked).toHaveLength(4)
})

it('blames the file when its connection breaks each time, and the host answers all else', async () => {
  host.serve = (name, response) => {
    if (name === '') response.end('{"exec_info": {"queue_remaining": 0}}')
    else response.destroy()
  }
  await expect(fetchOutput(host.fetching('a.png'))).rejects.toMatchObject({ reason: 'failed' })
  // the last one after the host was host.asked how it is
  expect(host.asked).toEqual(['a.png', 'a.png', 'a.png', 'a.png', '', 'a.png'])
})

it('says that the host is out of reach when it answers nothing', async () => {
  host.serve = (_name, response) => response.destroy()
  await expect(fetchOutput(host.fetching('a.png'))).rejects.toMatchObject({ reason: 'unreachable' })
})

it('says what our own disk says, and holds it against nobody else', async () => {
  const keep = () => Promise.reject(new Error('ENOSPC: no space left on device'))
  await expect(fetchOutput({ ...host.fetching('a.png'), keep })).rejects.toThrow('ENOSPC')
})

it('collects what there is around a file that cannot be had, and names that', async () => {
  host.serve = (name, response) => {
    if (name === 'b.png') response.statusCode = 400
    response.end(`content of ${name}`)
  }
  const outputs: Output[] = []
  const files = ['a.png', 'b.png', 'c.png'].map((name) => file(name))
  await expect(host.collect(files, outputs)).rejects.toMatchObject({
    reason: 'refused',
    message: 'Output b.png of node 9 is refused by the host.',
    files: [{ node_id: '9', name: 'b.png', reason: 'refused' }],
  })
  expect(outputs.map(({ name }) => name)).toEqual(['a.png', 'c.png'])
})

it('names so many missing files and no more, and is not patient with each of them', async () => {
  host.answerAll(500)
  const files = Array.from({ length: 150 }, (_, at) => file(`${'x'.repeat(300)}${at}.png`))
  const error = await host.collect(files).catch((thrown: unknown) => thrown)
  if (!(error instanceof OutputMissing)) throw error
  expect(error.message).toMatch(/149 more are missing\.$/)
  expect(error.message.length).toBeLessThan(300)
  expect(error.files).toHaveLength(100)
  expect(JSON.stringify(error.files).length).toBeLessThan(30_000)
})
