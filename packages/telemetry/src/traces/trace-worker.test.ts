import { createLogger, openEvents, type TraceContext, type WorkerEvents } from '@safelight/runtime'
import { expect, it } from 'vitest'
import { attemptSpanIdOf, jobSpanIdOf, traceIdOf } from './derived-ids.ts'
import { traceWorker } from './trace-worker.ts'
import type { SpanEnd, SpanStart, Tracer } from './tracer.ts'

interface Sent extends SpanStart, SpanEnd {
  endMs: number
}

/** Keeps what is sent. */
function createKeeper() {
  const sent: Sent[] = []
  let made = 0
  const tracer: Tracer = {
    start(start) {
      made += 1
      const { parent, spanId = `random-${made}` } = start
      const [traceId, state] = [parent.traceId ?? 'random', null]
      const context: TraceContext = { traceId, spanId, flags: 1, state }
      return {
        context,
        isRecorded: true,
        startMs: start.startMs,
        note: () => undefined,
        end: (endMs, { attributes = {}, ...end } = {}) =>
          void sent.push({
            ...start,
            ...end,
            spanId,
            attributes: { ...start.attributes, ...attributes },
            endMs,
          }),
      }
    },
  }
  return { tracer, sent }
}

function listen() {
  const { tracer, sent } = createKeeper()
  const events = openEvents<WorkerEvents>(createLogger({ level: 'silent', name: 'test' }))
  let time = 1_000
  traceWorker({ events, tracer, now: () => time })
  const names = () => sent.map(({ name }) => name)
  const attempts = () => sent.filter(({ name }) => name === 'attempt')
  return { emit: events.emit, sent, names, attempts, at: (ms: number) => void (time = ms) }
}

const jobId = 'a-job'
const hostId = 'gpu'
const claimed = { jobId, hostId, acceptedAt: 500, waitsSince: 500, trace: null, underWay: null }
const ended = {
  jobId,
  was: 'running',
  status: 'succeeded',
  attempt: 1,
  acceptedAt: 500,
  trace: null,
  code: null,
  times: { queue: null, prepare: null, execute: null, collect: null },
}
const begun = { jobId, hostId, attempt: 1, promptId: 'p' }

function begin({ emit }: Pick<ReturnType<typeof listen>, 'emit'>): void {
  emit('job:dispatched', { jobId, hostId, pool: '*', ms: 10, overtaken: 0, models: 'none' })
  emit('job:claimed', { ...claimed, plan: 'begin', token: 1 })
  emit('attempt:started', begun)
}

it('begins at the acceptance, and waits until a slot was asked for', () => {
  const heard = listen()
  begin(heard)
  heard.at(2_000)
  heard.emit('job:ended', ended)
  expect(heard.names()).toEqual(['backlog', 'dispatch', 'attempt', 'job'])
  expect(heard.sent[0]).toMatchObject({ startMs: 500, endMs: 990 })
  expect(heard.sent[1]).toMatchObject({ startMs: 990, endMs: 1_000 })
  expect(heard.sent.at(-1)).toMatchObject({
    spanId: jobSpanIdOf(jobId),
    parent: { traceId: traceIdOf(jobId) },
    startMs: 500,
    endMs: 2_000,
    status: 'ok',
  })
})

it('sends a bounded number of nodes of a huge graph, those that ran before those that did not', () => {
  const heard = listen()
  begin(heard)
  const node = (n: number) => ({ jobId, attempt: 1, nodeId: `${n}`, nodeClass: 'K'.repeat(5_000) })
  for (let n = 0; n < 4_000; n += 1) heard.emit('node:ended', { ...node(n), state: 'cached' })
  for (let n = 4_000; n < 4_500; n += 1) {
    heard.emit('node:started', node(n))
    heard.emit('node:ended', { ...node(n), state: 'done' })
  }
  heard.emit('job:ended', ended)
  const nodes = heard.sent.filter(({ name }) => name.startsWith('node'))
  expect(nodes).toHaveLength(700)
  expect(nodes.filter(({ attributes }) => attributes?.['safelight.cached'] === false)).toHaveLength(
    500,
  )
  expect(JSON.stringify(nodes[0]).length).toBeLessThan(700)
  expect(heard.attempts()[0]?.attributes).toMatchObject({ 'safelight.spans_left_out': 3_800 })
})

it.each(['hand_back', 'claim_lost'])(
  'leaves an attempt and its job to whoever goes on with them: %s',
  (outcome) => {
    const heard = listen()
    begin(heard)
    heard.emit('node:started', { jobId, attempt: 1, nodeId: '1', nodeClass: 'K' })
    heard.emit('attempt:ended', { jobId, hostId, attempt: 1, outcome })
    heard.emit('job:put-down', { jobId, token: 1 })
    expect(heard.names()).toEqual(['backlog', 'dispatch'])
  },
)

it('goes on with the attempt of another worker, from when that has begun', () => {
  const heard = listen()
  const underWay = { attempt: 1, startedAt: 700 }
  heard.emit('job:claimed', { ...claimed, plan: 'adopt', token: 2, underWay })
  heard.emit('attempt:adopted', { ...begun, totalSteps: 0, status: 'running' })
  // it was over when this worker came
  heard.emit('node:started', { jobId, attempt: 1, nodeId: '1', nodeClass: 'K' })
  heard.emit('node:ended', { jobId, attempt: 1, nodeId: '1', nodeClass: 'K', state: 'done' })
  heard.emit('node:started', { jobId, attempt: 1, nodeId: '2', nodeClass: 'K' })
  heard.at(1_500)
  heard.emit('attempt:ended', { jobId, hostId, attempt: 1, outcome: 'collect' })
  heard.emit('attempt:phase', { jobId, attempt: 1, phase: 'collecting' })
  heard.at(1_600)
  heard.emit('job:ended', ended)
  heard.emit('job:put-down', { jobId, token: 2 })
  expect(heard.names()).toEqual(['node K', 'collect', 'attempt', 'job'])
  expect(heard.sent[0]).toMatchObject({ startMs: 1_000, endMs: 1_500 })
  expect(heard.attempts()).toMatchObject([
    {
      spanId: attemptSpanIdOf(jobId, 1),
      startMs: 700,
      endMs: 1_600,
      attributes: { 'safelight.nodes_unseen': 1, 'safelight.host_id': hostId },
    },
  ])
})

it('says why an attempt failed, and what came before it', () => {
  const heard = listen()
  begin(heard)
  const failed = { jobId, hostId, cause: 'node', delayMs: null, deadLetter: false }
  heard.emit('attempt:failed', { ...failed, attempt: 1, retry: 'retry' })
  heard.emit('job:put-down', { jobId, token: 1 })
  heard.emit('job:claimed', { ...claimed, plan: 'begin', token: 2, waitsSince: 900 })
  heard.emit('attempt:started', { ...begun, attempt: 2 })
  heard.emit('job:ended', { ...ended, attempt: 2, status: 'failed', code: 'timeout' })
  // what it failed of is told when that is on record
  expect(heard.attempts()).toHaveLength(1)
  heard.emit('attempt:failed', { ...failed, attempt: 2, retry: 'fail', cause: 'out_of_memory' })
  expect(heard.attempts()).toMatchObject([
    { spanId: attemptSpanIdOf(jobId, 1), status: { code: 'node' } },
    { links: [{ spanId: attemptSpanIdOf(jobId, 1) }], status: { code: 'out_of_memory' } },
  ])
  expect(heard.sent.filter(({ name }) => name === 'backlog').at(-1)).toMatchObject({ startMs: 900 })
  expect(heard.sent.at(-1)?.status).toEqual({ code: 'timeout' })
})

it('ends what failed for no reason of the attempt when the job is put down', () => {
  const heard = listen()
  begin(heard)
  heard.emit('job:ended', { ...ended, status: 'failed', code: 'timeout' })
  heard.emit('job:put-down', { jobId, token: 1 })
  expect(heard.attempts()).toMatchObject([{ status: { code: 'timeout' } }])
  expect(heard.sent.at(-1)).toMatchObject({ name: 'job', status: { code: 'timeout' } })
})

it('sends no attempt that was none: another one will have its number', () => {
  const heard = listen()
  begin(heard)
  heard.emit('job:taken-back', { jobId, hostId, takenBack: 1 })
  heard.emit('job:put-down', { jobId, token: 1 })
  expect(heard.names()).toEqual(['backlog', 'dispatch', 'taken back'])
})

it('sends the job that ends in line, which nobody has in hand', () => {
  const heard = listen()
  const line = { ...ended, was: 'queued', status: 'expired', attempt: 0, code: 'expired' }
  heard.emit('job:ended', line)
  expect(heard.sent).toMatchObject([
    { name: 'backlog', startMs: 500, endMs: 1_000 },
    { name: 'job', status: { code: 'expired' } },
  ])
})

it('keeps what is in hand anew when the hand before lets go', () => {
  const heard = listen()
  begin(heard)
  heard.emit('job:claimed', { ...claimed, plan: 'begin', token: 2 })
  heard.emit('attempt:started', begun)
  heard.emit('job:put-down', { jobId, token: 1 })
  heard.emit('job:ended', ended)
  expect(heard.attempts()).toHaveLength(1)
})
