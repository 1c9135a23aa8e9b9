/** Outputs on disk: whole, named apart, nothing overwritten. */
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@safelight/client'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { saveOutputFile } from './save-outputs.ts'

let folder: string
let server: Server
let url: string
let answer: RequestListener
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'safelight-save-'))
  answer = (_request, response) => response.end('pixels')
  server = createServer((request, response) => answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
})
afterEach(async () => {
  server.closeAllConnections()
  server.close()
  await rm(folder, { recursive: true })
})

function save(name: string, into = folder) {
  const output = {
    id: 'asset',
    node_id: '9',
    name,
    type: 'image' as const,
    content_type: 'image/png',
    size_bytes: 6,
    hash: 'blake3:00',
    url: `${url}/asset`,
    url_expires_at: '2030-01-01T00:00:00.000Z',
    job_id: 'job',
  }
  const client = createClient({ baseUrl: url })
  return saveOutputFile(output, { client, folder: into, signal: new AbortController().signal })
}

it('makes the folder, and names what comes later apart', async () => {
  const deep = join(folder, 'a/b')
  const paths = [await save('x.png', deep), await save('x.png', deep), await save('x.png', deep)]
  expect(paths).toEqual(['x.png', 'x-2.png', 'x-3.png'].map((name) => join(deep, name)))
  expect(await readFile(paths[2] ?? '', 'utf8')).toBe('pixels')
})

it('gives every one its own name, also at the same time', async () => {
  const paths = await Promise.all(Array.from({ length: 8 }, () => save('x.png')))
  expect(new Set(paths).size).toBe(8)
  expect(await readdir(folder)).toHaveLength(8)
})

it('touches no file that is there, and follows no link out of the folder', async () => {
  const outside = join(folder, 'outside.txt')
  await writeFile(outside, 'mine')
  await symlink(outside, join(folder, 'x.png'))
  expect(await save('../x.png')).toBe(join(folder, 'x-2.png'))
  expect(await readFile(outside, 'utf8')).toBe('mine')
})

it('leaves nothing behind that did not come to its end', async () => {
  answer = (_request, response) => {
    response.writeHead(200, { 'content-length': '100' })
    response.write('half', () => response.destroy())
  }
  await expect(save('x.png')).rejects.toThrow(/x\.png could not be saved: /)
  expect(await readdir(folder)).toEqual([])
})

it('writes no refusal into a file', async () => {
  answer = (_request, response) => response.writeHead(404).end('{}')
  await expect(save('x.png')).rejects.toThrow('not as Safelight does')
  expect(await readdir(folder)).toEqual([])
})
