/** Files for the input folder of a host. */
import { createServer } from 'node:http'
import { type Simulator, startSimulator } from '@safelight/simulator'
import { afterEach, expect, it } from 'vitest'
import { createHostClient } from './create-host-client.ts'

let host: Simulator | undefined
afterEach(async () => {
  await host?.close()
  host = undefined
})

async function open(options: Parameters<typeof startSimulator>[0] = {}) {
  host = await startSimulator(options)
  return createHostClient(host.url)
}

const CHUNK = 64 * 1024

async function* chunks(count: number) {
  for (let at = 0; at < count; at += 1) yield Buffer.alloc(CHUNK, at)
}

it('arrive whole, under the name they were given, and are told by their size', async () => {
  const client = await open()
  const file = () => ({ name: 'safelight-1.bin', size: 40 * CHUNK, body: chunks(40) })
  expect(await client.upload(file())).toBe('safelight-1.bin')
  expect(await client.inputSize('safelight-1.bin')).toBe(40 * CHUNK)
  // in place of the first, not beside it
  expect(await client.upload(file())).toBe('safelight-1.bin')
  const view = await client.view({
    node_id: '',
    filename: 'safelight-1.bin',
    subfolder: '',
    type: 'input',
  })
  const sent: Buffer[] = []
  for await (const chunk of chunks(40)) sent.push(chunk)
  expect(Buffer.from(await new Response(view.body).arrayBuffer()).equals(Buffer.concat(sent))).toBe(
    true,
  )
  expect(await client.inputSize('safelight-2.bin')).toBeNull()
})

it.each(['0.3.34', '0.33.0'] as const)(
  'are refused by %s when they are too large',
  async (dialect) => {
    const client = await open({ dialect, maxUploadBytes: CHUNK })
    const file = { name: 'large.bin', size: 2 * CHUNK, body: chunks(2) }
    await expect(client.upload(file)).rejects.toMatchObject({ code: 'too_large' })
    expect(await client.inputSize('large.bin')).toBeNull()
  },
)

it('are not kept when their bytes break off or are not as many as was said', async () => {
  const client = await open()
  async function* broken() {
    yield Buffer.alloc(10)
    throw new RangeError('the disk is gone')
  }
  const upload = (size: number, body: AsyncIterable<Uint8Array>) =>
    client.upload({ name: 'a.bin', size, body })
  await expect(upload(20, broken())).rejects.toBeInstanceOf(RangeError)
  await expect(upload(20, chunks(1))).rejects.toThrow('another length')
  await expect(upload(2 * CHUNK, chunks(1))).rejects.toThrow('another length')
  expect(await client.inputSize('a.bin')).toBeNull()
})

it('are waited for as long as they come, and not when the host does not take them', async () => {
  // reads nothing
  const server = createServer(() => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const client = createHostClient(`http://127.0.0.1:${port}`, { timeoutMs: 200 })
  const file = { name: 'a.bin', size: 4_000 * CHUNK, body: chunks(4_000) }
  await expect(client.upload(file)).rejects.toMatchObject({ code: 'timeout' })
  server.closeAllConnections()
  server.close()
})
