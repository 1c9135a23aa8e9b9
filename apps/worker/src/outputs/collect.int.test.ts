import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type FileHost, file, openFileHost } from '../testing/file-host.ts'
import { until } from '../testing/stack.ts'
import { fetchOutput } from './fetch-output.ts'

const BLAKE3_OF_HELLO = 'ea8f163db38682925e4491c5e58d4bb3506ef8c14eb78a86e908c5624a67200f'

/** The beginning of a picture of 2 × 3 pixels. */
const PNG = Buffer.from('89504e470d0a1a0a0000000d494844520000000200000003', 'hex')

let host: FileHost
beforeEach(async () => {
  host = await openFileHost()
})
afterEach(() => host.close())

it('stores a file under the hash of its content', async () => {
  host.serve = (_name, response) => response.end('hello')
  const blob = await fetchOutput(host.fetching('a.png'))
  expect(blob).toEqual({ hash: BLAKE3_OF_HELLO, size: 5 })
  const [key = ''] = await host.blobs()
  const stored = await readFile(join(host.dataDir, 'blobs', key))
  expect(stored.toString()).toBe('hello')
})

it('keeps one copy of what is the same', async () => {
  host.serve = (_name, response) => response.end('hello')
  const { outputs } = await host.collect([file('a.png'), file('b.png')])
  expect(new Set(outputs.map(({ id }) => id)).size).toBe(2)
  expect(await host.blobs()).toHaveLength(1)
})

it('reports each output as it lands, in the host’s order, with its record saved first', async () => {
  const film = Buffer.from('\0\0\0\x20ftypisom\0\0\x02\0', 'latin1')
  host.serve = (name, response) => void response.end(name === 'b.png' ? PNG : film)
  const { outputs, assets } = await host.collect([file('b.png'), file('a.mp4', { type: 'temp' })])
  expect(outputs.map(({ name, type }) => `${name} ${type}`)).toEqual(['b.png image', 'a.mp4 video'])
  expect(assets.map(({ id }) => id)).toEqual(outputs.map(({ id }) => id))
  expect(assets[0]).toMatchObject({ job_id: 'job-1', size_bytes: PNG.length, width: 2, height: 3 })
})

it('gives the same id to an output that is collected again', async () => {
  const first = await host.collect([file('a.png')])
  const second = await host.collect([file('a.png')])
  expect(first.outputs).toHaveLength(1)
  // only how long it is kept is told anew
  const kept = { expires_at: expect.any(Number) }
  expect(second.outputs).toEqual(first.outputs.map((output) => ({ ...output, ...kept })))
})

it('leaves out echoes of inputs and files listed twice', async () => {
  const { outputs } = await host.collect([
    file('in.png', { type: 'input' }),
    file('a.png'),
    file('a.png'),
    file('x', { type: 'elsewhere' }),
  ])
  expect(outputs.map(({ name }) => name)).toEqual(['a.png'])
  expect(host.asked).toEqual(['a.png'])
})

it('tries again while the trouble may pass', async () => {
  host.serve = (name, response) => {
    if (host.asked.length < 3) response.statusCode = host.asked.length === 1 ? 500 : 404
    response.end(name)
  }
  expect(await fetchOutput(host.fetching('a.png'))).toMatchObject({ size: 5 })
  expect(host.asked).toHaveLength(3)
})

it('tries again when the host ends in the middle of a file, and keeps no half of it', async () => {
  host.serve = (_name, response) => {
    response.setHeader('content-length', 5)
    if (host.asked.length === 1) response.write('he', () => response.destroy())
    else response.end('hello')
  }
  expect(await fetchOutput(host.fetching('a.png'))).toEqual({ hash: BLAKE3_OF_HELLO, size: 5 })
  expect(await host.blobs()).toHaveLength(1)
})

it.each(['announced', 'hidden'])('refuses a file over the limit whose size is %s', async (size) => {
  host.serve = (_name, response) => {
    if (size === 'announced') response.setHeader('content-length', 2_000)
    response.end(Buffer.alloc(2_000))
  }
  await expect(fetchOutput(host.fetching('a.png'))).rejects.toMatchObject({ reason: 'too_large' })
  expect(host.asked).toHaveLength(1)
  expect(await host.blobs()).toEqual([])
})

it('stops in the middle of a file when told to, and leaves nothing behind', async () => {
  const stop = new AbortController()
  host.serve = (_name, response) => void response.write('he')
  const failure = fetchOutput(host.fetching('a.png', { signal: stop.signal })).catch(
    (error: unknown) => error,
  )
  await until(async () => ((await host.blobs()).length > 0 ? true : null))
  stop.abort('cancel')
  expect(await failure).toBe('cancel')
  expect(host.asked).toHaveLength(1)
  expect(await host.blobs()).toEqual([])
})
