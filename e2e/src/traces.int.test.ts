/** One trace per job, from the request that submits it to its end, across the API and the worker. */
import { jobSpanIdOf } from '@safelight/telemetry'
import { findTraceFaults, startOtlpReceiver } from '@safelight/testkit'
import { openTestBed } from '@safelight/testkit/vitest'
import { expect, it } from 'vitest'
import { endOf } from './testing/client.ts'
import { startStack } from './testing/stack.ts'
import { slow } from './testing/workflows.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const REMOTE = '00f067aa0ba902b7'

it('is whole, goes on where the caller’s began, and is named in what both log of the job', async () => {
  const collector = await startOtlpReceiver()
  const bed = await openTestBed()
  try {
    const env = { ...bed.env, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }
    const stack = bed.scope.use(await startStack({}, { ...bed, env }))
    const [url = ''] = stack.urls
    const answer = await fetch(`${url}/api/v2/jobs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', traceparent: `00-${TRACE}-${REMOTE}-01` },
      body: JSON.stringify({ workflow: slow({ steps: 5, seconds: 0.01 }) }),
    })
    const { id } = (await answer.json()) as { id: string }
    expect(answer.headers.get('traceparent')).toBe(`00-${TRACE}-${jobSpanIdOf(id)}-01`)
    expect((await endOf(url, id)).status).toBe('succeeded')
    await stack.close()

    expect(findTraceFaults(collector.spans, REMOTE)).toEqual([])
    const names = collector.spans.map(({ name }) => name.split(' ')[0])
    expect(new Set(names)).toEqual(
      new Set(['POST', 'job', 'backlog', 'dispatch', 'attempt', 'node', 'collect', 'output']),
    )
    const [post, job] = ['POST /api/v2/jobs', 'job'].map((name) =>
      collector.spans.find((span) => span.name === name),
    )
    expect(post).toMatchObject({
      traceId: TRACE,
      parentSpanId: REMOTE,
      service: 'safelight-api',
      events: ['accepted'],
      attributes: { 'http.response.status_code': 201, 'safelight.job_id': id },
    })
    expect(job).toMatchObject({
      parentSpanId: post?.spanId,
      service: 'safelight-worker',
      status: 'ok',
      attributes: { 'safelight.job_id': id, 'safelight.status': 'succeeded' },
    })
    const lines = bed.logged.map((line) => JSON.parse(line) as Record<string, unknown>)
    const traced = lines.filter(({ trace_id: traceId }) => traceId === TRACE)
    const told = new Set(traced.map(({ msg }) => msg))
    for (const text of ['request', 'job accepted', 'prompt submitted', 'job finished'])
      expect(told).toContain(text)
  } finally {
    await bed.close()
    await collector.close()
  }
})
