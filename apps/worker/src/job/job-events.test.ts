import { foldProgress, type HostMessage, startProgress } from '@safelight/comfyui'
import {
  type JobErrorCode,
  type NodeStates,
  type Output,
  OUTPUT_TEXTS_MAX_BYTES,
  reduceJob,
  type Snapshot,
} from '@safelight/shared'
import { newSnapshot } from '@safelight/testkit'
import { describe, expect, it } from 'vitest'
import { txt2img } from '../testing/graphs.ts'
import { toComplete, toEnd, toExecuted, toOutputEvent, toProgressed } from './job-events.ts'

const promptId = 'p'
const executing = (node: string): HostMessage => ({
  type: 'executing',
  promptId,
  node,
  displayNode: node,
})
const cached = (...nodes: string[]): HostMessage => ({ type: 'execution_cached', promptId, nodes })
const after = (...messages: HostMessage[]) =>
  messages.reduce(
    (state, message) => foldProgress(state, message, 1),
    startProgress({ workflow: txt2img() }, 0),
  )
const running = (nodes: NodeStates = {}, over: Partial<Snapshot> = {}) =>
  newSnapshot({ status: 'running', phase: 'executing', attempt: 1, nodes, ...over })

/** The encoders and the latent are cached, the sampler runs. */
const sampling = after(cached('4', '5', '6', '7'), executing('3'))
const CACHED = { '4': 'cached', '5': 'cached', '6': 'cached', '7': 'cached' } as const

describe('a progress', () => {
  it('tells of every node whose state has changed', () => {
    expect(toProgressed(running(), sampling)).toMatchObject({
      type: 'progress',
      progress: sampling.progress,
      nodes: { ...CACHED, '3': 'running' },
    })
    expect(toProgressed(running(CACHED), sampling)).toHaveProperty('nodes', { '3': 'running' })
  })

  it('names none when there is none', () => {
    const known = running({ ...CACHED, '3': 'running' })
    expect(toProgressed(known, sampling)).toEqual({ type: 'progress', progress: sampling.progress })
    expect(toProgressed(running(), after())).not.toHaveProperty('nodes')
  })

  it('lets what was cached be cached, when who adopted the prompt only knows that it is over', () => {
    const adopted = after(executing('4'), executing('6'), executing('3'))
    expect(toProgressed(running(CACHED), adopted)).toHaveProperty('nodes', { '3': 'running' })
  })

  it('never tells of less than is known, also when who adopted the prompt has not heard it begin', () => {
    const known = { ...sampling.progress, value: 0.6, kind: 'inference' as const }
    expect(toProgressed(running({}, { progress: known }), after())).toMatchObject({
      progress: { ...after().progress, value: 0.6 },
    })
    const further = { ...known, value: 0 }
    expect(toProgressed(running({}, { progress: further }), sampling)).toMatchObject({
      progress: sampling.progress,
    })
  })

  it('tells of a node that runs although it was cached', () => {
    const again = after(cached('4'), executing('4'))
    expect(toProgressed(running({ '4': 'cached' }), again)).toHaveProperty('nodes', {
      '4': 'running',
    })
  })

  it.each(['queued', 'canceling', 'succeeded', 'failed'] as const)(
    'is not written of a job that is %s',
    (status) => {
      expect(toProgressed(running({}, { status }), sampling)).toBeNull()
    },
  )
})

describe('the end of an execution', () => {
  it('has the rest done, and never what was cached; the bar is not full before the outputs are here', () => {
    const known = running({ ...CACHED, '3': 'running' })
    const event = toExecuted(known, sampling)
    expect(event).toMatchObject({
      type: 'progress',
      progress: { value: sampling.progress.value, node: null },
      nodes: { '3': 'done', '8': 'done', '9': 'done' },
    })
    expect(event).not.toHaveProperty('nodes.4')
    expect(event).not.toMatchObject({ progress: { kind: 'complete' } })
    // of an adopted prompt nothing was heard
    const nodes = { '3': 'done', '8': 'done', '9': 'done' }
    expect(toExecuted(known, after())).toHaveProperty('nodes', nodes)
  })

  it('does not fall when it is that of an adopted prompt, of which nothing was heard', () => {
    const known = running({}, { progress: { ...sampling.progress, value: 0.6 } })
    const event = toExecuted(known, after())
    expect(event).toMatchObject({ progress: { value: 0.6, nodes_done: 7, nodes_total: 7 } })
  })

  it('names no node when all are known to be over', () => {
    const known = running({ ...CACHED, '3': 'done', '8': 'done', '9': 'done' })
    expect(toExecuted(known, sampling)).not.toHaveProperty('nodes')
  })
})

describe('the full bar', () => {
  const executed = { progress: sampling.progress }
  it('is also for a job that finishes although its cancel was asked, not for one that is over', () => {
    for (const status of ['running', 'canceling'] as const)
      expect(toComplete(running({}, { ...executed, status }))).toMatchObject({
        progress: { value: 1, kind: 'complete' },
      })
    expect(toComplete(running({}, { ...executed, status: 'canceled' }))).toBeNull()
  })
})

describe('an end', () => {
  const failed = (code: JobErrorCode) =>
    ({ status: 'failed', error: { code, message: 'x' }, deadLetter: true }) as const
  const canceling = running({}, { status: 'canceling' })

  it.each(['interrupted', 'worker_lost', 'internal'] as const)(
    'is the cancel that was asked for, when it would be %s',
    (code) => {
      expect(toEnd(running(), failed(code))).toMatchObject({ status: 'failed', deadLetter: true })
      expect(toEnd(canceling, failed(code))).toEqual({
        type: 'status',
        status: 'canceled',
        phase: null,
      })
    },
  )

  it('is the failure of a node that was faster than the cancel', () => {
    expect(toEnd(canceling, failed('node_execution_error'))).toMatchObject({ status: 'failed' })
  })
})

describe('an output', () => {
  it('has its text in the record while there is room for it', () => {
    const text = '日'.repeat(1_000)
    const outputOf = (n: number): Output => ({
      id: `${n}`,
      node_id: '1',
      name: `${n}.txt`,
      type: 'text',
      content_type: 'text/plain',
      size_bytes: 3_000,
      hash: 'blake3:x',
      expires_at: 1,
      text,
    })
    const whole = Array.from({ length: 1_000 }, (_, n) => n).reduce((snapshot, n) => {
      const event = toOutputEvent(snapshot, outputOf(n))
      return event ? reduceJob(snapshot, { ...envelopeAfter(snapshot), ...event }) : snapshot
    }, running())
    expect(whole.outputs).toHaveLength(1_000)
    const texts = whole.outputs.flatMap((output) => output.text ?? [])
    expect(texts).toHaveLength(Math.floor(OUTPUT_TEXTS_MAX_BYTES / Buffer.byteLength(text)))
    expect(whole.outputs[0]).toEqual(outputOf(0))
  })
})

function envelopeAfter({ jobId, seq, stamp }: Snapshot) {
  return { jobId, seq: seq + 1, ts: 1, stamp: `${seq + 1}`, follows: stamp }
}
