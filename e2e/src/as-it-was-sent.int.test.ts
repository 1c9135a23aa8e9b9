/** What people really send, from the request to the host, looked at as text: parsed, no lost digit would be seen. */
import { readFileSync } from 'node:fs'
import { createClient } from '@safelight/client'
import { type JobView, jobViewSchema, textAt } from '@safelight/shared'
import { until } from '@safelight/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { endOf } from './testing/client.ts'
import type { Stack } from './testing/stack.ts'
import { openTestStack } from './testing/test-stack.ts'

let stack: Stack
let url: string
beforeAll(async () => {
  stack = await openTestStack()
  url = stack.urls[0] ?? ''
})
afterAll(() => stack.close())

/** Unedited, and without the byte order mark: inside a body it would be an error of ours. */
function read(name: string): string {
  const text = readFileSync(new URL(`./fixtures/cases/${name}`, import.meta.url), 'utf8')
  return text.replace(/^\uFEFF/, '')
}

const post = (body: string, headers: Record<string, string> = {}) =>
  fetch(`${url}/api/v2/jobs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  })

async function accept(body: string): Promise<JobView> {
  const answer = await post(body)
  expect([answer.status, answer.ok ? '' : await answer.text()]).toEqual([201, ''])
  return jobViewSchema.parse(await answer.json())
}

/** To its end, and what the host was given. */
async function run(body: string) {
  const before = stack.simulators[0]?.prompts().length ?? 0
  const { id } = await accept(body)
  const job = await endOf(url, id)
  expect([job.status, job.error]).toEqual(['succeeded', null])
  const [received, ...more] = stack.simulators[0]?.prompts().slice(before) ?? []
  expect(more).toEqual([])
  const stored = await (await fetch(`${url}/api/v2/jobs/${id}/workflow`)).text()
  return { job, received, stored: textAt(stored, ['workflow']) }
}

const outputSchema = z.looseObject({ text: z.array(z.string()).optional() })
const historySchema = z.record(
  z.string(),
  z.object({ outputs: z.record(z.string(), outputSchema) }),
)

/** What a host shows of the values in a prompt; not through us, as we have its history forgotten. */
async function textsOf(prompt: string): Promise<Record<string, string>> {
  const host = stack.simulators[0]?.url
  const answer = await fetch(`${host}/prompt`, {
    method: 'POST',
    body: `{"prompt": ${prompt}, "client_id": "somebody"}`,
  })
  const { prompt_id } = z.object({ prompt_id: z.string() }).parse(await answer.json())
  const entry = await until(async () => {
    const history = await fetch(`${host}/history/${prompt_id}`)
    return historySchema.parse(await history.json())[prompt_id] ?? null
  })
  const texts = Object.entries(entry.outputs).map(([id, { text }]) => [id, text?.join()])
  return Object.fromEntries(texts)
}

describe('a workflow', () => {
  it.each([
    ['01a-int-above-2p53.json', { 2: '9007199254740993', 4: '-9007199254740993' }],
    ['01b-seed-max-uint64.json', {}],
    ['02-float-text-forms.json', { 2: '24.0', 4: '0.45000000000000007', 5: '1.0', 6: '1e+21' }],
    ['03a-reserved-names.json', {}],
    ['03d-id-order-and-equal-numbers.json', {}],
    ['09d-bom-and-crlf.json', {}],
  ])('reaches the host and its readers to the letter: %s', async (name, texts) => {
    const text = read(name)
    const { received, stored } = await run(`{"workflow": ${text}}`)
    expect(received).toMatchObject({ text: text.trim(), extraData: null })
    expect(stored).toBe(text.trim())
    expect(await textsOf(received?.text ?? '')).toMatchObject(texts)
  })

  it('that a whole body begins with a byte order mark for is read, too', async () => {
    const { received } = await run(`\uFEFF{"workflow": ${read('09d-bom-and-crlf.json')}}`)
    expect(received?.text).toBe(read('09d-bom-and-crlf.json').trim())
  })

  it('has nodes of any name and number: each runs, and each output names its own', async () => {
    const odd = await run(`{"workflow": ${read('03a-reserved-names.json').replace('255', '254')}}`)
    expect(new Set(odd.job.outputs.map(({ node_id }) => node_id))).toEqual(
      new Set(['toString', 'hasOwnProperty']),
    )
    expect(odd.job.progress).toMatchObject({ nodes_total: 4 })
    const states = Object.entries(odd.job.nodes).map((entry) => entry.join(': '))
    expect(states.toSorted()).toEqual([
      '__proto__: done',
      'constructor: done',
      'hasOwnProperty: done',
      'toString: done',
    ])
    const saves = read('03a-reserved-names.json')
      .replaceAll('"toString"', '"valueOf"')
      .replaceAll('"__proto__"', '"toString"')
      .replaceAll('"hasOwnProperty"', '"__proto__"')
    const own = await run(`{"workflow": ${saves}}`)
    expect(own.job.outputs.map(({ node_id }) => node_id).toSorted()).toEqual([
      '__proto__',
      'valueOf',
    ])
    const equal = await run(
      `{"workflow": ${read('03d-id-order-and-equal-numbers.json').replace('255', '253')}}`,
    )
    // two previews of one picture are one result for a host: it may name either of them
    const named = equal.job.outputs.map(({ node_id }) => node_id)
    expect(named).toContain('10')
    expect(named.filter((id) => !['02', '10', '2.0'].includes(id))).toEqual([])
  })

  it('is found in a body of ComfyUI, with what belongs into its pictures', async () => {
    const text = read('09b-wrapped-in-prompt.json')
    const { received } = await run(`{"workflow": ${text}}`)
    expect(received?.text).toBe(textAt(text, ['prompt']))
    expect(received?.extraData).toContain('"extra_pnginfo":{"workflow":{"nodes":[]')
  })

  it('takes a key and picture notes along, to the host and nowhere else', async () => {
    const { received, job, stored } = await run(read('18-partner-node-with-key.json'))
    expect(received?.extraData).toBe('{"api_key_comfy_org":"comfyui-TEST-do-not-log"}')
    expect(JSON.stringify([job, stored])).not.toContain('do-not-log')
    const noted = `{"workflow": ${read('01a-int-above-2p53.json')}, "extra_data": {"extra_pnginfo": {"workflow": {"seed": 18446744073709551615, "v": 1.0}}}}`
    expect((await run(noted)).received?.extraData).toBe(
      '{"extra_pnginfo":{"workflow":{"seed":18446744073709551615,"v":1.0}}}',
    )
  })

  it('may have notes of any kind at its nodes', async () => {
    const nodes = ['null', '{"title": 7}', '{"title": null}'].map(
      (meta, at) =>
        `"${at}": {"class_type": "EmptyImage", "inputs": {"width": 8, "height": 8, "batch_size": 1, "color": ${at}}, "_meta": ${meta}}`,
    )
    const save = '"9": {"class_type": "PreviewImage", "inputs": {"images": ["0", 0]}}'
    const text = `{${[...nodes, save].join()}}`
    expect((await run(`{"workflow": ${text}}`)).received?.text).toBe(text)
    const wrong = await post(`{"workflow": ${text.replace('null', '"words"')}}`)
    expect([wrong.status, await wrong.json()]).toMatchObject([
      422,
      { error: { code: 'invalid_workflow', message: 'Node 0: `_meta` is of the wrong type.' } },
    ])
  })

  it('with a number that no host takes is refused by the host in its own words, digit by digit', async () => {
    const text = read('01b-seed-max-uint64.json').replace('615', '616')
    const { id } = await accept(`{"workflow": ${text}}`)
    const { status, error } = await endOf(url, id)
    expect([status, error?.code]).toEqual(['failed', 'invalid_workflow'])
    expect(JSON.stringify(error)).toContain(
      'Value 18446744073709551616 bigger than max of 18446744073709551615',
    )
  })

  it('in an encoding that nobody reads is refused', async () => {
    const body = read('01a-int-above-2p53.json')
    const headers = { 'content-type': 'application/json; charset=utf-32' }
    expect((await post(`{"workflow": ${body}}`, headers)).status).toBe(400)
  })

  it('with a number that Python cannot read is refused before a host sees it', async () => {
    const text = read('01b-seed-max-uint64.json').replace('615', '6'.repeat(5_000))
    const answer = await post(`{"workflow": ${text}}`)
    expect([answer.status, await answer.json()]).toMatchObject([
      422,
      { error: { code: 'invalid_workflow', message: expect.stringContaining('5017 characters') } },
    ])
  })

  it('with NaN is no JSON, and the answer says so', async () => {
    const answer = await post(`{"workflow": ${read('11-prompt-with-nan.txt')}}`)
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      { error: { code: 'invalid_request', message: expect.stringContaining('NaN') } },
    ])
  })
})

it('two seeds that JavaScript cannot tell apart are two requests', async () => {
  const body = (seed: string) =>
    `{"workflow": ${read('01b-seed-max-uint64.json').replace('18446744073709551615', seed)}}`
  const headers = { 'idempotency-key': 'two-seeds', 'idempotency-mode': 'replay' }
  const first = await post(body('9007199254740993'), headers)
  expect(first.status).toBe(201)
  const again = await post(body('9007199254740993'), headers)
  expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([201, 'true'])
  const other = await post(body('9007199254740992'), headers)
  expect([other.status, await other.json()]).toMatchObject([
    422,
    { error: { code: 'idempotency_key_reuse' } },
  ])
})

it('the client sends text to the letter, and bigints as numbers, and gives the text back', async () => {
  const client = createClient({ baseUrl: url })
  try {
    const text = read('02-float-text-forms.json')
    const job = await client.jobs.submit(text, { priority: 1 })
    expect(await client.jobs.workflowText(job.id)).toBe(text.trim())
    const inputs = { noise_seed: 2n ** 64n - 1n }
    const source = { class_type: 'PreviewAny', inputs: { source: ['1', 0] } }
    const graph = { 1: { class_type: 'RandomNoise', inputs }, 2: source }
    const big = await client.jobs.submit(graph)
    expect(await client.jobs.workflowText(big.id)).toContain('{"noise_seed":18446744073709551615}')
    await expect(client.jobs.submit('{"1": NaN}')).rejects.toThrow(SyntaxError)
    await Promise.all([job, big].map(({ id }) => endOf(url, id)))
  } finally {
    client.close()
  }
})
