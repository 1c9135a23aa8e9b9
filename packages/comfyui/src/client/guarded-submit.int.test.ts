/** A prompt whose parts are only sent as long as they may be: the host gets all of it, or nothing that it could run. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createHostClient } from './create-host-client.ts'

let server: Server
let url: string
/** Bodies that came to their end. */
let whole: string[]
beforeEach(async () => {
  whole = []
  server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      if (request.method === 'POST') whole.push(body)
      const answer = request.method === 'POST' ? { prompt_id: 'mine', number: 1 } : stats
      response.end(JSON.stringify(answer))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // a TCP server's address is an object
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

const stats = { system: { comfyui_version: '0.33.0' }, devices: [] }
const workflow = {
  '1': { class_type: 'Text', inputs: { text: 'ä'.repeat(100_000) } },
}
const ids = { clientId: 'me', promptId: 'mine' }

it('sends all of it, part by part', async () => {
  let asked = 0
  const client = createHostClient(url)
  const beforePart = async () => void (asked += 1)
  const answer = await client.submit({ workflow, ...ids, beforePart })
  expect(answer.promptId).toBe('mine')
  expect(asked).toBe(4)
  expect(JSON.parse(whole[0] ?? '')).toEqual({
    prompt: workflow,
    client_id: 'me',
    prompt_id: 'mine',
  })
})

it('stops in the middle of it, and says why', async () => {
  let asked = 0
  const beforePart = async () => {
    asked += 1
    if (asked === 3) throw new RangeError('not any more')
  }
  const client = createHostClient(url)
  await expect(client.submit({ workflow, ...ids, beforePart })).rejects.toThrow(RangeError)
  // the connection is of use again
  await client.submit({ workflow: {}, ...ids })
  expect(whole.map((body) => body.length)).toEqual([49])
})
