import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { withHost } from '../testing/with-host.ts'
import { createHostClient } from './create-host-client.ts'
import type { FileItem, HostClient } from './types.ts'

const FILE: FileItem = { node_id: '3', filename: 'a b.png', subfolder: 'x/y', type: 'output' }

/** A client of a host that answers every download with this status. */
async function withAnswer(status: number): Promise<HostClient> {
  const host = await withHost()
  host.intercept = (_, response) => {
    response.writeHead(status).end()
    return true
  }
  return createHostClient(host.url)
}

it('streams a file with its type and size, the name encoded', async () => {
  const bytes = randomBytes(300_000)
  const host = await withHost()
  let asked = ''
  host.intercept = (request, response) => {
    asked = response.req.url ?? ''
    response.writeHead(200, { 'content-type': 'image/png', 'content-length': bytes.length })
    response.end(bytes)
    return request.path === '/view'
  }
  const file = await createHostClient(host.url).view(FILE)
  expect(file).toMatchObject({ contentType: 'image/png', size: bytes.length })
  expect(Buffer.from(await new Response(file.body).arrayBuffer()).equals(bytes)).toBe(true)
  expect(asked).toBe('/view?filename=a+b.png&subfolder=x%2Fy&type=output')
})

it('fails a stream that ends too early or stops in the middle', async () => {
  const host = await withHost()
  let hangUp = true
  host.intercept = (_, response) => {
    response.writeHead(200, { 'content-length': 100 })
    response.write('the beginning')
    if (hangUp) setImmediate(() => response.destroy())
    return true
  }
  const client = createHostClient(host.url, { timeoutMs: 200 })
  const torn = await client.view(FILE)
  await expect(new Response(torn.body).text()).rejects.toMatchObject({ code: 'unreachable' })
  hangUp = false
  const stuck = await client.view(FILE)
  await expect(new Response(stuck.body).text()).rejects.toMatchObject({ code: 'timeout' })
})

it('tells a missing file from other failures', async () => {
  const missing = await withAnswer(404)
  await expect(missing.view(FILE)).rejects.toMatchObject({ code: 'not_found' })
  const refused = await withAnswer(403)
  await expect(refused.view(FILE)).rejects.toMatchObject({ code: 'bad_status', status: 403 })
})

it.each<Partial<FileItem>>([
  { filename: '../secret' },
  { filename: '/etc/passwd' },
  { filename: 'C:\\secret' },
  { filename: 'x.png [input]' },
  { filename: '' },
  { subfolder: 'a/../../b' },
  { subfolder: '..\\b' },
  { subfolder: '\\\\server\\share' },
  { type: 'bogus' },
])('asks no host for a file that leaves its folders: %j', async (change) => {
  const host = await withHost()
  const client = createHostClient(host.url)
  await expect(client.view({ ...FILE, ...change })).rejects.toMatchObject({ code: 'outside' })
  expect(host.requests).toEqual([])
})
