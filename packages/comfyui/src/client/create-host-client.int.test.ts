import { randomUUID } from 'node:crypto'
import { inspect } from 'node:util'
import { jsonObjectSchema } from '@safelight/shared'
import { expect, it } from 'vitest'
import { SLOW_WORKFLOW } from '../testing/session.ts'
import { withHost } from '../testing/with-host.ts'
import { createHostClient } from './create-host-client.ts'
import { toHostAddress } from './host-address.ts'

async function withAnswer(status: number, body: string | Buffer, version?: string) {
  const host = await withHost(version)
  host.intercept = (request, response) => {
    if (request.path === '/system_stats') return false
    response.writeHead(status).end(body)
    return true
  }
  return { host, client: createHostClient(host.url) }
}

it('keeps why a graph was refused, node by node', async () => {
  const { client } = await withAnswer(
    400,
    JSON.stringify({
      error: { type: 'prompt_outputs_failed_validation', message: 'Failed', details: 'images' },
      node_errors: {
        2: {
          class_type: 'SaveImage',
          dependent_outputs: ['2'],
          errors: [{ type: 'required_input_missing', message: 'm', details: 'images' }],
        },
      },
    }),
  )
  const promptId = randomUUID()
  await expect(
    client.submit({ workflow: SLOW_WORKFLOW, clientId: promptId, promptId }),
  ).rejects.toMatchObject({
    reason: 'prompt_outputs_failed_validation',
    message: 'Failed: images',
    nodeErrors: {
      2: {
        class_type: 'SaveImage',
        dependent_outputs: ['2'],
        errors: [
          { type: 'required_input_missing', message: 'm', details: 'images', extra_info: {} },
        ],
      },
    },
  })
})

it.each([
  ['0.3.48', ['3']],
  ['0.3.47', undefined],
])('asks for some outputs in the way that a host of %s knows', async (version, said) => {
  const { host, client } = await withAnswer(200, '{"prompt_id":"p","number":1}', version)
  const promptId = randomUUID()
  const targets = ['3']
  await client.submit({ workflow: SLOW_WORKFLOW, clientId: promptId, promptId, targets })
  expect(host.requests.at(-1)?.body).toMatchObject({ prompt: { '3': SLOW_WORKFLOW['3'] } })
  const body = jsonObjectSchema.parse(host.requests.at(-1)?.body)
  expect(body['partial_execution_targets']).toEqual(said)
})

it('takes a body that is too large for the host as a refusal', async () => {
  const { client } = await withAnswer(413, 'Maximum request body size 104857600 exceeded')
  const promptId = randomUUID()
  await expect(
    client.submit({ workflow: SLOW_WORKFLOW, clientId: promptId, promptId }),
  ).rejects.toMatchObject({ reason: 'prompt_too_large' })
})

it.each([
  { what: 'HTML', status: 200, body: '<html>', code: 'bad_answer' },
  { what: 'another shape', status: 200, body: '{"queue_running":3}', code: 'bad_answer' },
  { what: 'a redirect', status: 302, body: '', code: 'bad_status' },
  { what: 'an error page', status: 502, body: 'Bad Gateway', code: 'bad_status' },
])('says what is wrong when the host answers $what', async ({ status, body, code }) => {
  const { client } = await withAnswer(status, body)
  await expect(client.queue()).rejects.toMatchObject({ name: 'HostError', code })
})

it.each([
  { what: '401', status: 401, location: null, code: 'unauthorized' },
  { what: '403', status: 403, location: null, code: 'unauthorized' },
  { what: 'a way to a login page', status: 302, location: '/login', code: 'unauthorized' },
  {
    what: 'a way to another server',
    status: 303,
    location: 'https://login.example/start?back=/queue',
    code: 'unauthorized',
  },
  { what: 'its place elsewhere', status: 302, location: 'https://gpu/a/queue', code: 'bad_status' },
  { what: 'a lasting move', status: 301, location: '/other', code: 'bad_status' },
])('takes $what for $code', async ({ status, location, code }) => {
  const host = await withHost()
  host.intercept = (_, response) => {
    response.writeHead(status, location === null ? {} : { location }).end()
    return true
  }
  const call = createHostClient(host.url).queue()
  await expect(call).rejects.toMatchObject({ name: 'HostError', code, status })
})

it.each([
  { status: 401, code: 'unauthorized' },
  { status: 302, code: 'unauthorized' },
  // ComfyUI's own answer to a file outside of its folders
  { status: 403, code: 'bad_status' },
])('takes $status in place of a file for $code', async ({ status, code }) => {
  const host = await withHost()
  host.intercept = (_, response) => {
    response.writeHead(status, { location: '/login' }).end()
    return true
  }
  const file = { node_id: '1', filename: 'a.png', subfolder: '', type: 'output' }
  await expect(createHostClient(host.url).view(file)).rejects.toMatchObject({ code, status })
})

it('follows no redirect: credentials stay with the host they are for', async () => {
  const other = await withHost()
  const host = await withHost()
  host.intercept = (_, response) => {
    response.writeHead(307, { location: `${other.url}/login` }).end()
    return true
  }
  const address = toHostAddress(host.url, { authorization: 'Bearer mine' })
  await expect(createHostClient(() => address).queue()).rejects.toThrow('answered 307')
  expect(other.requests).toEqual([])
})

it('shows no secret, neither itself nor in what it throws', async () => {
  const host = await withHost()
  host.intercept = (_, response) => {
    response.writeHead(401).end()
    return true
  }
  const url = `${host.url.replace('http://', 'http://me:hidden@')}/?token=hidden`
  const client = createHostClient(() => toHostAddress(url, { 'x-key': 'hidden' }))
  const denied = await client.queue().catch((error: unknown) => error)
  await host.close()
  const away = await client.queue().catch((error: unknown) => error)
  expect([denied, away]).toMatchObject([{ code: 'unauthorized' }, { code: 'unreachable' }])
  for (const shown of [client, client.address(), denied, away]) {
    expect(inspect(shown, { depth: 9, showHidden: true })).not.toContain('hidden')
  }
})

it('reads the NaN and Infinity that Python writes', async () => {
  const { client } = await withAnswer(
    200,
    '{"p":{"prompt":[0,"p",{},{"client_id":"c"},["1"]],"outputs":{"1":{"x":[NaN,-Infinity]}},"status":{"status_str":"success","completed":true,"messages":[["execution_success",{"prompt_id":"p"}]]}}}',
  )
  expect(await client.history('p')).toMatchObject({ outcome: 'succeeded', clientId: 'c' })
})

it('gives up on a host that accepts the connection and never answers', async () => {
  const host = await withHost()
  host.intercept = () => true
  const client = createHostClient(host.url, { timeoutMs: 50 })
  await expect(client.queue()).rejects.toMatchObject({ code: 'timeout' })
})

it('lets the caller’s own abort through as it is', async () => {
  const host = await withHost()
  host.intercept = () => true
  const controller = new AbortController()
  const call = createHostClient(host.url).queue(controller.signal)
  await expect.poll(() => host.requests.length).toBe(1)
  controller.abort(new RangeError('enough'))
  await expect(call).rejects.toThrow(RangeError)
})

it('sends no Origin, and a proxy’s credentials only as a header', async () => {
  const host = await withHost()
  const client = createHostClient(host.url.replace('http://', 'http://me:p%40ss@'))
  await client.queue()
  const headers = host.requests[0]?.headers
  expect(headers).not.toHaveProperty('origin')
  expect(headers?.authorization).toBe(`Basic ${Buffer.from('me:p@ss').toString('base64')}`)
})

it('keeps a path in the base URL', async () => {
  const host = await withHost()
  await createHostClient(`${host.url}/comfy/`)
    .queue()
    .catch(() => null)
  expect(host.requests[0]?.path).toBe('/comfy/queue')
})

it('asks for the version once, and learns a new one from system_stats', async () => {
  const host = await withHost('0.3.64')
  const client = createHostClient(host.url)
  expect(await client.features()).toMatchObject({ targetedInterrupt: true, jobsApi: false })
  await client.features()
  expect(host.calls('GET', '/system_stats')).toHaveLength(1)
})

it('refuses to interrupt on a host that would stop whatever runs', async () => {
  const host = await withHost('0.3.56')
  const client = createHostClient(host.url)
  await expect(client.interrupt('p')).rejects.toMatchObject({ code: 'unsupported' })
  expect(host.calls('POST', '/interrupt')).toEqual([])
})

it('lists recent history newest first', async () => {
  const host = await withHost()
  for (const promptId of ['first', 'second']) {
    host.enqueue({ promptId, clientId: promptId, workflow: SLOW_WORKFLOW })
    host.start()
    host.finish()
  }
  const entries = await createHostClient(host.url).recentHistory(10)
  expect(entries.map((entry) => entry.promptId)).toEqual(['second', 'first'])
})

it('tells a host to let go of its models and memory', async () => {
  const host = await withHost()
  await createHostClient(host.url).free()
  expect(host.calls('POST', '/free').map(({ body }) => body)).toEqual([
    { unload_models: true, free_memory: true },
  ])
})
