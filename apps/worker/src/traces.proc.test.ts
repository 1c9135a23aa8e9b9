/** The trace of a job, as a collector gets it from one worker after another. */
import { jobSpanIdOf, attemptSpanIdOf, traceIdOf } from '@safelight/telemetry'
import {
  findTraceFaults,
  type OtlpReceiver,
  type ReceivedSpan,
  startOtlpReceiver,
} from '@safelight/testkit'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { raising, slow } from './testing/graphs.ts'
import { startWorkerStack, until, type WorkerStack } from './testing/stack.ts'

let stack: WorkerStack
let collector: OtlpReceiver
beforeEach(async () => {
  collector = await startOtlpReceiver()
  stack = await startWorkerStack({ reconcileMs: 500 })
})
afterEach(async () => {
  await stack.close()
  await collector.close()
})

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const REMOTE = '00f067aa0ba902b7'
const env = () => ({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, LOG_LEVEL: 'silent' })

const named = (name: string): ReceivedSpan[] => collector.spans.filter((span) => span.name === name)
const names = () => collector.spans.map(({ name }) => name).toSorted()

it('is whole when an attempt has failed, and the next one says what was before it', async () => {
  const host = await stack.startHost()
  const timings = { lockMs: 20_000 }
  const worker = await stack.startWorker([host.url], { env: env(), timings })
  const limits = { nodeRetries: 1 }
  const trace = `00-${TRACE}-${REMOTE}-01 vendor=state`
  const jobId = await stack.submit(raising('value_error'), limits, { trace })
  expect(await stack.end(jobId)).toMatchObject({ status: 'failed', attempt: 2 })
  await worker.close()
  expect(findTraceFaults(collector.spans, REMOTE)).toEqual([])
  expect(collector.spans[0]?.traceId).toBe(TRACE)
  expect(names()).toEqual([
    'attempt',
    'attempt',
    'backlog',
    'backlog',
    'dispatch',
    'dispatch',
    'job',
    'node EmptyImage',
    'node EmptyImage',
    'node TraceRaise',
    'node TraceRaise',
  ])
  const [job] = named('job')
  const code = 'node_execution_error'
  expect(job).toMatchObject({
    spanId: jobSpanIdOf(jobId),
    parentSpanId: REMOTE,
    status: 'error',
    service: 'safelight-worker',
    attributes: { 'safelight.job_id': jobId, 'safelight.status': 'failed', 'error.type': code },
  })
  const [first, second] = named('attempt')
  expect(first).toMatchObject({
    spanId: attemptSpanIdOf(jobId, 1),
    status: 'error',
    links: [],
    events: ['submitted', 'executing'],
    attributes: { 'safelight.outcome': 'retry', 'error.type': 'node' },
  })
  expect(second).toMatchObject({ status: 'error', links: [first?.spanId] })
  const [before, after] = named('backlog')
  expect(before?.startMs).toBe(job?.startMs)
  expect(after?.startMs).toBeGreaterThan(before?.endMs ?? Number.POSITIVE_INFINITY)
  expect(named('node TraceRaise')[0]).toMatchObject({
    status: 'error',
    attributes: { 'safelight.node_id': '2', 'safelight.cached': false },
  })
})

it('is whole when its worker was killed: who adopts its prompt goes on under the same attempt', async () => {
  const host = await stack.startHost()
  const quick = { ...env(), LOG_LEVEL: 'info', OTEL_BSP_SCHEDULE_DELAY: '50' }
  const killed = await stack.startProcess([host.url], quick)
  const jobId = await stack.submit(slow({ color: 1, steps: 12, seconds: 5 }))
  // its worker has told of it what there was
  await until(() => named('node EmptyImage')[0] ?? null)
  killed.kill('SIGKILL')
  await killed.gone
  const worker = await stack.startWorker([host.url], { env: env() })
  expect(await stack.end(jobId)).toMatchObject({ status: 'succeeded', attempt: 1 })
  await worker.close()
  expect(findTraceFaults(collector.spans, null)).toEqual([])
  expect(collector.spans[0]?.traceId).toBe(traceIdOf(jobId))
  const made = ['attempt', 'backlog', 'collect', 'dispatch', 'job']
  const nodes = ['node EmptyImage', 'node SaveImage', 'node TraceSteps']
  expect(names()).toEqual([...made, ...nodes, 'output'])
  const [attempt] = named('attempt')
  expect(attempt).toMatchObject({
    spanId: attemptSpanIdOf(jobId, 1),
    parentSpanId: jobSpanIdOf(jobId),
    status: 'ok',
    attributes: {
      'safelight.outcome': 'succeeded',
      'safelight.execution': 'collect',
      'safelight.nodes_unseen': 1,
    },
  })
  expect(attempt?.events).toContain('adopted')
  // the dead one's, under what only the living one has sent
  expect(named('node EmptyImage')[0]?.parentSpanId).toBe(attempt?.spanId)
  expect(named('job')[0]?.status).toBe('ok')
})
