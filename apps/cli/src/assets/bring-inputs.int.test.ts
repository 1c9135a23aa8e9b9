/** Files behind `--input`, against a server that remembers what it was sent. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { createClient } from '@safelight/client'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { parseWorkflow, type WorkflowFile } from '../graph/read-workflow.ts'
import { createTestIo } from '../testing/test-io.ts'
import { bringInputs, planInputs } from './bring-inputs.ts'
import { createUploadBar } from './upload-bar.ts'

// the blake3 of `pixels`
const HASH = 'blake3:de6a7900b92aebb51befe7d1916188247b895cab1ad5597a042579ea7e4f8add'

let folder: string
let server: Server
let client: ReturnType<typeof createClient>
let hashes: Set<string>
let asked: string[]
/** Classes that the fleet tells of. */
let classes: object
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'safelight-bring-'))
  await writeFile(join(folder, 'a.png'), 'pixels')
  await writeFile(join(folder, 'same.png'), 'pixels')
  hashes = new Set()
  asked = []
  classes = {}
  server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  client = createClient({ baseUrl: `http://127.0.0.1:${port}` })
})
afterEach(async () => {
  server.closeAllConnections()
  server.close()
  await rm(folder, { recursive: true })
})

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = '', url = '' } = request
  const body = (await buffer(request)).toString()
  const path = url.split('?')[0] ?? ''
  asked.push(`${method} ${path}`)
  const say = (status: number, answer: object) =>
    response.writeHead(status).end(JSON.stringify(answer))
  if (path.endsWith('/node-classes')) return void say(200, { classes, next_cursor: null })
  if (path.endsWith('/from-hash')) {
    const { hash }: { hash: string } = JSON.parse(body)
    if (hashes.has(hash)) return void say(201, { id: `of-${hash}`, hash, file_path: null })
    return void say(404, { error: { code: 'blob_not_found', message: 'No.', details: null } })
  }
  if (path.endsWith('/assets')) {
    const hash = /blake3:[0-9a-f]{64}/.exec(body)?.[0] ?? ''
    hashes.add(hash)
    return void say(201, { id: `of-${hash}`, hash, file_path: null })
  }
  say(200, { id: 'known', hash: null, file_path: 'k.png' })
}

function toFile(inputs: Record<string, unknown>, className = 'LoadImage'): WorkflowFile {
  const text = JSON.stringify({ '10': { class_type: className, inputs } })
  return { label: 'test', ...parseWorkflow(text, 'test') }
}

async function bring(files: WorkflowFile[], ...settings: string[]) {
  const io = createTestIo()
  const plans = await planInputs(files, settings, client)
  const brought = await bringInputs(plans, { client, bar: createUploadBar(io, false) })
  return brought.map(({ text }) => JSON.parse(text)['10'].inputs as Record<string, unknown>)
}

it('sends the bytes of a file once, for however many workflows, names and runs', async () => {
  const path = join(folder, 'a.png')
  const files = [toFile({ image: 'x' }), toFile({ image: 'y' })]
  const [first, second] = await bring(files, `10.image=${path}`)
  expect(first).toMatchObject({ image: { __type: 'core/ASSET' } })
  expect(second).toEqual(first)
  const [again] = await bring([toFile({ image: 'x' })], `10.image=${join(folder, 'same.png')}`)
  expect(again).toEqual(first)
  expect(asked.filter((call) => call.startsWith('POST'))).toEqual([
    'POST /api/v2/assets/from-hash',
    'POST /api/v2/assets',
    'POST /api/v2/assets/from-hash',
  ])
})

it('takes the fleet’s word for which inputs are files', async () => {
  const path = join(folder, 'a.png')
  const input = { clip: { type: 'COMBO', required: true, media: 'audio' } }
  classes = { OddLoader: { hosts: [], input } }
  const [odd] = await bring([toFile({ clip: 'x', note: 'y' }, 'OddLoader')], `10.clip=${path}`)
  expect(odd).toMatchObject({ clip: { __type: 'core/ASSET' }, note: 'y' })
  const [text] = await bring([toFile({ note: 'y' }, 'OddLoader')], `10.note=${path}`)
  expect(text).toEqual({ note: path })
  const [sure] = await bring([toFile({ note: 'y' }, 'OddLoader')], `10.note=@${path}`)
  expect(sure).toMatchObject({ note: { __type: 'core/ASSET' } })
})

it('refers to an asset that is there, and leaves addresses to the server', async () => {
  const file = toFile({ image: 'x' })
  expect(await bring([file], '10.image=asset:known')).toEqual([
    { image: { __type: 'core/ASSET', info: { id: 'known', file_path: 'k.png' } } },
  ])
  expect(await bring([file], '10.image=https://a.example/b.png')).toEqual([
    { image: 'https://a.example/b.png' },
  ])
})

it('sends nothing when one of the files is not there', async () => {
  const file = toFile({ image: 'x', other: 'y' })
  const settings = [`10.image=${join(folder, 'a.png')}`, `10.other=@${join(folder, 'no.png')}`]
  await expect(bring([file], ...settings)).rejects.toThrow('no.png cannot be uploaded: there is no')
  await expect(bring([file], `10.image=${folder}`)).rejects.toThrow('it is no file')
  expect(asked.filter((call) => call.startsWith('POST'))).toEqual([])
})

it('names content by its blake3', async () => {
  await bring([toFile({ image: 'x' })], `10.image=${join(folder, 'a.png')}`)
  expect([...hashes]).toEqual([HASH])
})
