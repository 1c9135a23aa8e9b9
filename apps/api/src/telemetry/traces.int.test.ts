/** What an API makes of the trace that a submission comes with. */
import { jobSpanIdOf } from '@safelight/telemetry'
import { findTraceFaults, type OtlpReceiver, startOtlpReceiver } from '@safelight/testkit'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { type ApiStack, shareStack } from '../testing/api-stack.ts'
import { post } from '../testing/http.ts'
import { WORKFLOW } from '../testing/play-worker.ts'

let stack: ApiStack
shareStack((shared) => (stack = shared))
let collector: OtlpReceiver
beforeAll(async () => void (collector = await startOtlpReceiver()))
beforeEach(() => void collector.spans.splice(0))
afterAll(() => collector.close())

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const REMOTE = '00f067aa0ba902b7'
const PARENT = `00-${TRACE}-${REMOTE}-00`
const startTraced = (settings: Record<string, string> = {}) =>
  stack.startApi({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...settings })

async function submit(url: string, headers: Record<string, string> = {}) {
  const answer = await post(`${url}/api/v2/jobs`, { workflow: WORKFLOW }, headers)
  const { id } = (await answer.json()) as { id: string }
  const trace = (await stack.store.claim(id))?.trace
  return { id, trace, traceparent: answer.headers.get('traceparent') }
}

it('keeps what was sent where it makes no traces itself, for workers that do', async () => {
  const { url } = stack.api
  const sent = await submit(url, { traceparent: PARENT, tracestate: 'a=1' })
  expect(sent.trace).toBe(`${PARENT} a=1`)
  expect(sent.traceparent).toBe(`00-${TRACE}-${jobSpanIdOf(sent.id)}-00`)
  const text = await (await fetch(`${url}/api/v2/jobs/${sent.id}`)).text()
  expect(text).not.toContain(TRACE)
  // who says nothing, or what means nothing, gets nothing
  for (const headers of [{}, { traceparent: 'nonsense' }, { tracestate: 'a=1' }])
    expect(await submit(url, headers)).toMatchObject({ trace: null, traceparent: null })
})

it('sends the span of a submission, and of a job that ends in line', async () => {
  const api = await startTraced()
  const answer = await post(`${api.url}/api/v2/jobs`, { workflow: WORKFLOW })
  const { id } = (await answer.json()) as { id: string }
  await post(`${api.url}/api/v2/jobs/${id}/cancel`, {})
  const refused = await post(`${api.url}/api/v2/jobs`, { workflow: {} })
  expect([answer.status, refused.status]).toEqual([201, 422])
  await api.close()
  const [first] = collector.spans
  const whole = collector.spans.filter(({ traceId }) => traceId === first?.traceId)
  expect(findTraceFaults(whole, null)).toEqual([])
  expect(whole.map(({ name }) => name).toSorted()).toEqual(['POST /api/v2/jobs', 'backlog', 'job'])
  expect(whole.find(({ name }) => name === 'job')).toMatchObject({
    status: 'unset',
    attributes: { 'safelight.status': 'canceled', 'safelight.attempts': 0 },
  })
  expect(answer.headers.get('traceparent')).toBe(`00-${first?.traceId}-${jobSpanIdOf(id)}-01`)
  const others = collector.spans.filter(({ traceId }) => traceId !== first?.traceId)
  expect(others).toMatchObject([
    {
      name: 'POST /api/v2/jobs',
      status: 'unset',
      attributes: { 'http.response.status_code': 422 },
    },
  ])
})

it('sends none of what its caller does not want recorded, or who may not call', async () => {
  const api = await startTraced({ SAFELIGHT_TOKEN: 'a-secret-token' })
  expect((await post(`${api.url}/api/v2/jobs`, { workflow: WORKFLOW })).status).toBe(401)
  const headers = { authorization: 'Bearer a-secret-token', traceparent: PARENT }
  const { trace, traceparent } = await submit(api.url, headers)
  expect([trace?.slice(0, 35), trace?.slice(-2)]).toEqual([`00-${TRACE}`, '00'])
  expect(traceparent).toMatch(new RegExp(`^00-${TRACE}-.{16}-00$`))
  await api.close()
  expect(collector.spans).toEqual([])
})
