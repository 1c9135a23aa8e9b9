import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createHostClient, type FileItem } from '@safelight/comfyui'
import { createScope, systemClock } from '@safelight/runtime'
import type { Asset, Output } from '@safelight/shared'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { until } from '../testing/stack.ts'
import { createBlobStore } from './blob-store.ts'
import { chooseOutputs } from './choose-outputs.ts'
import { collectOutputs } from './collect.ts'
import { OutputMissing } from './errors.ts'
import { fetchOutput } from './fetch-output.ts'

const BLAKE3_OF_HELLO = 'ea8f163db38682925e4491c5e58d4bb3506ef8c14eb78a86e908c5624a67200f'

let scope: ReturnType<typeof createScope>
let dataDir: string
let url: string
/** Every request for a file, by name. */
let asked: string[]
let serve: (name: string, response: ServerResponse) => void

beforeEach(async () => {
  scope = createScope('test')
  asked = []
  serve = (name, response) => response.end(`content of ${name}`)
  dataDir = await mkdtemp(join(tmpdir(), 'safelight-outputs-'))
  scope.defer(() => rm(dataDir, { recursive: true, force: true }))
  const server = createServer((request, response) => {
    const name = new URL(request.url ?? '', 'http://host').searchParams.get('filename') ?? ''
    asked.push(name)
    serve(name, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  scope.defer(
    () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  )
  // a TCP server's address is an object
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(() => scope.close())

function answerAll(statusCode: number) {
  serve = (_name, response) => void response.writeHead(statusCode).end()
}

const file = (filename: string, extra: Partial<FileItem> = {}): FileItem => ({
  node_id: '9',
  filename,
  subfolder: '',
  type: 'output',
  ...extra,
})

const fetching = (filename: string, extra: { maxBytes?: number; signal?: AbortSignal } = {}) => ({
  client: createHostClient(url),
  blobs: createBlobStore(dataDir),
  file: file(filename),
  maxBytes: 1_000,
  retryMs: [1, 1, 1],
  clock: systemClock,
  signal: new AbortController().signal,
  ...extra,
})

async function collect(files: FileItem[], outputs: Output[] = []) {
  const assets: Asset[] = []
  await collectOutputs({
    jobId: 'job-1',
    files: chooseOutputs('job-1', files).files,
    client: createHostClient(url),
    blobs: createBlobStore(dataDir),
    maxBytes: 1_000,
    retentionMs: 60_000,
    retryMs: [],
    clock: systemClock,
    now: async () => Date.now(),
    saveAsset: async (asset) => void assets.push(asset),
    onOutput: async (output) => void outputs.push(output),
    signal: new AbortController().signal,
  })
  return { outputs, assets }
}

const blobs = async () => {
  const names = await readdir(join(dataDir, 'blobs'), { recursive: true })
  return names.filter((name) => name.includes('/') && !name.startsWith('incoming/'))
}
const unfinished = () => readdir(join(dataDir, 'blobs', 'incoming'))

it('stores a file under the hash of its content', async () => {
  serve = (_name, response) => response.end('hello')
  const blob = await fetchOutput(fetching('a.png'))
  expect(blob).toEqual({ hash: BLAKE3_OF_HELLO, size: 5 })
  const stored = await readFile(join(dataDir, 'blobs', 'ea', BLAKE3_OF_HELLO))
  expect(stored.toString()).toBe('hello')
  expect(await unfinished()).toEqual([])
})

it('keeps one copy of what is the same', async () => {
  serve = (_name, response) => response.end('hello')
  const { outputs } = await collect([file('a.png'), file('b.png')])
  expect(new Set(outputs.map(({ id }) => id)).size).toBe(2)
  expect(await blobs()).toEqual([`ea/${BLAKE3_OF_HELLO}`])
})

it('reports each output as it lands, in the host’s order, with its record saved first', async () => {
  const { outputs, assets } = await collect([file('b.png'), file('a.mp4', { type: 'temp' })])
  expect(outputs.map(({ name, type }) => `${name} ${type}`)).toEqual(['b.png image', 'a.mp4 video'])
  expect(assets.map(({ id }) => id)).toEqual(outputs.map(({ id }) => id))
  expect(assets[0]).toMatchObject({ job_id: 'job-1', size_bytes: 'content of b.png'.length })
})

it('gives the same id to an output that is collected again', async () => {
  const first = await collect([file('a.png')])
  const second = await collect([file('a.png')])
  expect(first.outputs).toHaveLength(1)
  // only how long it is kept is told anew
  const kept = { expires_at: expect.any(Number) }
  expect(second.outputs).toEqual(first.outputs.map((output) => ({ ...output, ...kept })))
})

it('leaves out echoes of inputs and files listed twice', async () => {
  const { outputs } = await collect([
    file('in.png', { type: 'input' }),
    file('a.png'),
    file('a.png'),
    file('x', { type: 'elsewhere' }),
  ])
  expect(outputs.map(({ name }) => name)).toEqual(['a.png'])
  expect(asked).toEqual(['a.png'])
})

it.each([
  { filename: '../../etc/passwd' },
  { filename: '/etc/passwd' },
  { filename: 'passwd', subfolder: '../../etc' },
  { filename: 'a.png [input]' },
])(
  'refuses a file outside of the host’s folders at once, and asks for nothing: %o',
  async (named) => {
    const error = await fetchOutput({
      ...fetching('a.png'),
      file: { ...file('a.png'), ...named },
      // it would outlast the test
      retryMs: [600_000],
    }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(OutputMissing)
    expect(error).toMatchObject({ reason: 'refused' })
    expect(asked).toEqual([])
  },
)

it('tries again while the trouble may pass', async () => {
  serve = (name, response) => {
    if (asked.length < 3) response.statusCode = asked.length === 1 ? 500 : 404
    response.end(name)
  }
  expect(await fetchOutput(fetching('a.png'))).toMatchObject({ size: 5 })
  expect(asked).toHaveLength(3)
})

it('tries again when the host ends in the middle of a file, and keeps no half of it', async () => {
  serve = (_name, response) => {
    response.setHeader('content-length', 5)
    if (asked.length === 1) response.write('he', () => response.destroy())
    else response.end('hello')
  }
  expect(await fetchOutput(fetching('a.png'))).toEqual({ hash: BLAKE3_OF_HELLO, size: 5 })
  expect(await unfinished()).toEqual([])
})

it('says output_missing when the file stays away', async () => {
  answerAll(404)
  const failing = fetchOutput(fetching('a.png'))
  await expect(failing).rejects.toBeInstanceOf(OutputMissing)
  await expect(failing).rejects.toMatchObject({ reason: 'not_found' })
  expect(asked).toHaveLength(4)
})

it.each([400, 403, 410])('asks only once for a file that is refused with %i', async (status) => {
  answerAll(status)
  await expect(fetchOutput(fetching('a.png'))).rejects.toMatchObject({ reason: 'refused' })
  expect(asked).toHaveLength(1)
})

it('blames the file, not the host, when the host goes on failing it', async () => {
  answerAll(500)
  await expect(fetchOutput(fetching('a.png'))).rejects.toMatchObject({ reason: 'failed' })
  expect(asked).toHaveLength(4)
})

it('blames the file when its connection breaks each time, and the host answers all else', async () => {
  serve = (name, response) => {
    if (name === '') response.end('{"exec_info": {"queue_remaining": 0}}')
    else response.destroy()
  }
  await expect(fetchOutput(fetching('a.png'))).rejects.toMatchObject({ reason: 'failed' })
  // the last one after the host was asked how it is
  expect(asked).toEqual(['a.png', 'a.png', 'a.png', 'a.png', '', 'a.png'])
})

it('says that the host is out of reach when it answers nothing', async () => {
  serve = (_name, response) => response.destroy()
  await expect(fetchOutput(fetching('a.png'))).rejects.toMatchObject({ reason: 'unreachable' })
})

it('says what our own disk says, and holds it against nobody else', async () => {
  const blobs = { write: () => Promise.reject(new Error('ENOSPC: no space left on device')) }
  await expect(fetchOutput({ ...fetching('a.png'), blobs })).rejects.toThrow('ENOSPC')
})

it('collects what there is around a file that cannot be had, and names that', async () => {
  serve = (name, response) => {
    if (name === 'b.png') response.statusCode = 400
    response.end(`content of ${name}`)
  }
  const outputs: Output[] = []
  const files = ['a.png', 'b.png', 'c.png'].map((name) => file(name))
  await expect(collect(files, outputs)).rejects.toMatchObject({
    reason: 'refused',
    message: 'Output b.png of node 9 is refused by the host.',
    files: [{ node_id: '9', name: 'b.png', reason: 'refused' }],
  })
  expect(outputs.map(({ name }) => name)).toEqual(['a.png', 'c.png'])
})

it('names so many missing files and no more, and is not patient with each of them', async () => {
  answerAll(500)
  const files = Array.from({ length: 150 }, (_, at) => file(`${'x'.repeat(300)}${at}.png`))
  const error = await collect(files).catch((thrown: unknown) => thrown)
  if (!(error instanceof OutputMissing)) throw error
  expect(error.message).toMatch(/149 more are missing\.$/)
  expect(error.message.length).toBeLessThan(300)
  expect(error.files).toHaveLength(100)
  expect(JSON.stringify(error.files).length).toBeLessThan(30_000)
})

it.each(['announced', 'hidden'])('refuses a file over the limit whose size is %s', async (size) => {
  serve = (_name, response) => {
    if (size === 'announced') response.setHeader('content-length', 2_000)
    response.end(Buffer.alloc(2_000))
  }
  await expect(fetchOutput(fetching('a.png'))).rejects.toMatchObject({ reason: 'too_large' })
  expect(asked).toHaveLength(1)
  expect(await unfinished().catch(() => [])).toEqual([])
})

it('stops in the middle of a file when told to, and leaves nothing behind', async () => {
  const stop = new AbortController()
  serve = (_name, response) => void response.write('he')
  const failure = fetchOutput(fetching('a.png', { signal: stop.signal })).catch(
    (error: unknown) => error,
  )
  await until(async () => ((await unfinished().catch(() => [])).length > 0 ? true : null))
  stop.abort('cancel')
  expect(await failure).toBe('cancel')
  expect(asked).toHaveLength(1)
  expect(await unfinished()).toEqual([])
})
