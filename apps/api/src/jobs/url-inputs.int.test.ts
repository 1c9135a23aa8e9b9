/** Workflows that name a file by an address on the web. */
import { createServer, type Server } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { post, readError } from '../testing/http.ts'
import { type ApiStack, shareStack } from '../testing/api-stack.ts'

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAFUlEQVR42mM8ISfHgA0wMeAAg1MCANDKARQfGKMRAAAAAElFTkSuQmCC',
  'base64',
)
/** Shorter than what the web takes in the test of it. */
const DEADLINE_MS = 1_000

let stack: ApiStack
let web: Server
let site: string
let asked: string[] = []
shareStack((shared) => (stack = shared), {
  settings: { FETCH_ALLOW_PRIVATE: 'true' },
  timings: { requestDeadlineMs: DEADLINE_MS },
})
beforeAll(async () => {
  web = createServer((request, response) => {
    asked.push(request.url ?? '')
    if (request.url?.startsWith('/none')) return response.writeHead(404).end()
    response.setHeader('content-type', 'image/png')
    if (!request.url?.startsWith('/slow')) return response.end(PNG)
    response.write(PNG.subarray(0, 10))
    setTimeout(() => response.end(PNG.subarray(10)), 1.5 * DEADLINE_MS)
  })
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve))
  const address = web.address()
  site = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
})
afterEach(() => (asked = []))
afterAll(() => {
  web.closeAllConnections()
  web.close()
})

const load = (image: string, seed = 1) => ({
  '1': { class_type: 'LoadImage', inputs: { image } },
  '2': { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: `${seed}` } },
})
const submit = (workflow: unknown, headers = {}) =>
  post(`${stack.api.url}/api/v2/jobs`, { workflow }, headers)

describe('a workflow that names a file by its address', () => {
  it.each(['/a.png?secret=1', '/slow.png?secret=1'])(
    'refers to what was there once it is accepted: %s',
    async (path) => {
      const answer = await submit(load(site + path))
      expect(answer.status).toBe(201)
      const { id: jobId } = (await answer.json()) as { id: string }
      const text = (await stack.store.loadWorkflowText(jobId)) ?? ''
      expect(text).not.toContain('secret')
      const assetId = /"core\/ASSET","info":\{"id":"([^"]+)"/.exec(text)?.[1] ?? ''
      expect(await stack.assets.load(assetId)).toMatchObject({
        content_type: 'image/png',
        size_bytes: PNG.byteLength,
      })
      expect(await stack.assets.remove(assetId)).toBe('in_use')
      expect(asked).toEqual([path])
    },
  )

  it('is refused per node when there is nothing, without a word of the address', async () => {
    const answer = await submit(load(`${site}/none.png?secret=1`))
    expect(answer.status).toBe(422)
    const error = await readError(answer)
    expect(error).toMatchObject({
      code: 'missing_asset',
      details: { node_errors: { '1': { errors: [{ type: 'url_not_fetched' }] } } },
    })
    expect(JSON.stringify(error)).not.toMatch(/secret|127\.0\.0\.1/)
    expect((await stack.store.list({ limit: 9 })).jobs).toEqual([])
  })

  it('is known again by its key as it was sent, and nothing is fetched twice', async () => {
    const headers = { 'idempotency-key': 'order-1', 'idempotency-mode': 'replay' }
    const [first, again] = [
      await submit(load(`${site}/a.png`), headers),
      await submit(load(`${site}/a.png`), headers),
    ]
    expect([first.status, again.status]).toEqual([201, 201])
    expect(again.headers.get('idempotent-replayed')).toBe('true')
    expect(asked).toEqual(['/a.png'])
  })
})
