import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { completeOf, connectedOf, outputOf, progressOf, T0, updateOf } from '../testing/jobs.ts'
import { toJobDisplay } from './job-display.ts'

const now = { now: T0 }

describe('the badge', () => {
  it.each([
    ['connecting, before anything is heard', null, 'connecting', 'Connecting'],
    ['queued', updateOf({ status: 'queued', phase: null }), 'queued', 'Queued'],
    [
      'queued, with the place in line from 1',
      updateOf({ status: 'queued', phase: null }, { queuePosition: 2 }),
      'queued',
      'Queued · #3',
    ],
    ['connected, without progress', updateOf({ phase: 'preparing' }), 'connected', 'Connected'],
    ['connected', updateOf({ progress: connectedOf() }), 'connected', 'Connected'],
    [
      'inference',
      updateOf({ progress: progressOf({ kind: 'inference' }) }),
      'inference',
      'Inference',
    ],
    ['node', updateOf({ progress: progressOf() }), 'node', 'Node'],
    ['aggregate', updateOf({ progress: progressOf({ kind: 'aggregate' }) }), 'aggregate', 'Nodes'],
    ['complete, when all is stored', updateOf({ progress: completeOf() }), 'complete', 'Complete'],
    [
      'complete, at the end',
      updateOf({ status: 'succeeded', phase: null }),
      'complete',
      'Complete',
    ],
    ['stalled', updateOf({}, { movedAt: T0 - 60_000 }), 'stalled', 'Stalled'],
    ['canceling', updateOf({ status: 'canceling' }), 'canceling', 'Canceling'],
    ['canceled', updateOf({ status: 'canceled' }), 'canceled', 'Canceled'],
    ['failed', updateOf({ status: 'failed' }), 'failed', 'Failed'],
    ['expired', updateOf({ status: 'expired' }), 'expired', 'Expired'],
    ['reconnecting', updateOf({}, { connection: 'reconnecting' }), 'reconnecting', 'Reconnecting'],
    [
      'connecting, to a job heard of before',
      updateOf({}, { connection: 'connecting' }),
      'connecting',
      'Connecting',
    ],
  ] as const)('says %s', (...[, update, kind, label]) => {
    expect(toJobDisplay(update, now).badge).toEqual({ kind, label })
  })

  it('says reconnecting before the first answer, too', () => {
    expect(toJobDisplay(null, { ...now, connection: 'reconnecting' }).badge.kind).toBe(
      'reconnecting',
    )
  })

  it('lets the end stand, however the connection is', () => {
    const ended = updateOf({ status: 'failed' }, { connection: 'reconnecting' })
    expect(toJobDisplay(ended, now).badge.kind).toBe('failed')
  })

  it('takes the connection of now over that of the update', () => {
    const display = toJobDisplay(updateOf(), { ...now, connection: 'reconnecting' })
    expect(display.badge.kind).toBe('reconnecting')
  })
})

describe('the numbers', () => {
  it('leave out the nodes that the host skipped, and say how many', () => {
    const progress = progressOf({ nodes_done: 2, nodes_total: 2 })
    const nodes = { '1': 'done', '2': 'done', '3': 'skipped', '4': 'skipped' } as const
    expect(toJobDisplay(updateOf({ progress, nodes }), now).nodes).toBe('2 of 2 nodes, 2 skipped')
  })

  it('leave out the nodes that waited for a failed one, and say how many', () => {
    const progress = progressOf({ nodes_done: 1, nodes_total: 2 })
    const nodes = { '1': 'done', '2': 'failed', '3': 'blocked', '4': 'skipped' } as const
    expect(toJobDisplay(updateOf({ progress, nodes }), now).nodes).toBe(
      '1 of 2 nodes, 1 skipped, 1 blocked',
    )
  })

  it.each([
    [{ value: 0, max: 1, detail: 'loading model' }, 'KSampler, loading model'],
    [{ value: 5, max: 20, detail: 'Iteration 2 / 3' }, 'KSampler 5/20, Iteration 2 / 3'],
  ])('say what a node does besides: %o', (told, expected) => {
    const node = { id: '3', class: 'KSampler', title: null, ...told }
    expect(toJobDisplay(updateOf({ progress: progressOf({ node }) }), now).node).toBe(expected)
  })

  it('are 5/20 and 11 of 31 nodes', () => {
    const progress = progressOf({ step: 5, steps: 20, nodes_done: 11, nodes_total: 31 })
    const display = toJobDisplay(updateOf({ progress }), now)
    expect(display).toMatchObject({ step: '5/20', nodes: '11 of 31 nodes', percent: 42 })
  })

  it('begin at 0/20 once a host has the job', () => {
    const display = toJobDisplay(updateOf({ progress: connectedOf() }), now)
    expect(display).toMatchObject({ step: '0/20', nodes: '0 of 7 nodes', percent: 0 })
  })

  it.each([
    { step: 0, steps: 0, nodes_total: 0, nodes_done: 0 },
    { step: null, steps: null, nodes_total: 0, nodes_done: 0 },
    { step: 3, steps: null, nodes_total: 0, nodes_done: 0 },
  ])('are missing rather than 0/0: %o', (counts) => {
    const node = { id: '1', class: 'LoadImage', title: null, value: 0, max: 0 }
    const display = toJobDisplay(updateOf({ progress: progressOf({ ...counts, node }) }), now)
    expect(display).toMatchObject({ step: null, nodes: null, node: 'LoadImage' })
  })

  it('never show more steps than there are, and count one node as a node', () => {
    const progress = progressOf({ step: 21, nodes_done: 0, nodes_total: 1 })
    const display = toJobDisplay(updateOf({ progress }), now)
    expect(display).toMatchObject({ step: '20/20', nodes: '0 of 1 node' })
  })

  it('are gone while the job is back in line, but not the bar', () => {
    const back = updateOf({ status: 'queued', phase: null, progress: progressOf(), attempt: 1 })
    const display = toJobDisplay(back, now)
    expect(display).toMatchObject({ step: null, nodes: null, percent: 42 })
    expect(display.attempt).toBe('Back in line after attempt 1')
  })

  it('are exact to the percent, rounded down, and 100 only at 1', () => {
    const percentOf = (value: number) =>
      toJobDisplay(updateOf({ progress: progressOf({ value }) }), now).percent
    expect([0.29, 0.57, 0.999, 0.999_999_999_999, 1].map(percentOf)).toEqual([29, 57, 99, 99, 100])
    for (let percent = 0; percent <= 100; percent += 1)
      expect(percentOf(percent / 100)).toBe(percent)
  })

  it('are full when the job is done, whatever was heard of its progress', () => {
    expect(toJobDisplay(updateOf({ status: 'succeeded' }), now)).toMatchObject({
      value: 1,
      percent: 100,
    })
  })

  it('are those of the update: what it holds never falls, and is there before a connection is', () => {
    const restarted = updateOf({ progress: connectedOf({ value: 0.6 }), attempt: 2 })
    expect(toJobDisplay(restarted, now)).toMatchObject({ value: 0.6, percent: 60 })
    const recalled = toJobDisplay(restarted, { ...now, connection: 'connecting' })
    expect(recalled).toMatchObject({ isKnown: true, value: 0.6, percent: 60 })
  })

  it('hold for any progress: whole percents in bounds, never 0/0', () => {
    const any = fc.record({
      value: fc.double({ min: 0, max: 1, noNaN: true }),
      step: fc.option(fc.nat(30), { nil: null }),
      steps: fc.option(fc.nat(30), { nil: null }),
      nodes_done: fc.nat(9),
      nodes_total: fc.nat(9),
    })
    fc.assert(
      fc.property(any, (over) => {
        const display = toJobDisplay(updateOf({ progress: progressOf(over) }), now)
        expect(display.percent).toBeGreaterThanOrEqual(0)
        expect(display.percent === 100).toBe(over.value === 1)
        expect(JSON.stringify(display)).not.toMatch(/\b0\/0\b|of 0 nodes|NaN|undefined/)
      }),
    )
  })
})

describe('what happens now', () => {
  const nodeOf = (node: object) =>
    toJobDisplay(updateOf({ progress: progressOf({ node: { ...PLAIN, ...node } }) }), now).node
  const PLAIN = { id: '3', class: 'KSampler', title: null, value: 3, max: 5 }

  it.each([
    [{ title: 'Sampler' }, 'Sampler (KSampler) 3/5'],
    [{ title: 'KSampler' }, 'KSampler 3/5'],
    [{ title: ' ' }, 'KSampler 3/5'],
    [{ class: null, title: 'Sampler' }, 'Sampler 3/5'],
    [{ class: null }, 'Node 3 3/5'],
    [{ value: 0, max: 1 }, 'KSampler'],
    [{ value: 1.7, max: 3.2 }, 'KSampler 1/3'],
  ])('is a node: %o', (node, line) => {
    expect(nodeOf(node)).toBe(line)
  })

  it.each([
    [null, 'Waiting for a host'],
    [0, 'Next in line'],
    [1, '1 job ahead'],
    [12, '12 jobs ahead'],
  ])('is waiting in line, %s ahead', (queuePosition, line) => {
    const queued = updateOf({ status: 'queued', phase: null }, { queuePosition })
    expect(toJobDisplay(queued, now).node).toBe(line)
  })

  it.each([
    ['preparing', [], 'Handing it to a host'],
    ['submitted', [], 'On a host, in its queue'],
    ['executing', [], 'Starting'],
    ['collecting', [], 'Storing outputs'],
    ['collecting', [outputOf()], 'Storing outputs, 1 so far'],
  ] as const)('is the phase %s', (phase, outputs, line) => {
    const running = updateOf({ phase, outputs: [...outputs], progress: connectedOf() })
    expect(toJobDisplay(running, now).node).toBe(line)
  })

  it('is what was stored, or that it stops, or nothing', () => {
    const lineOf = (update: Parameters<typeof toJobDisplay>[0]) => toJobDisplay(update, now).node
    expect(lineOf(updateOf({ status: 'succeeded', outputs: [outputOf()] }))).toBe('1 output stored')
    expect(lineOf(updateOf({ status: 'succeeded' }))).toBe('No outputs')
    expect(lineOf(updateOf({ status: 'canceling' }))).toBe('Waiting for the host to stop')
    expect(lineOf(updateOf({ status: 'failed', progress: progressOf() }))).toBeNull()
    expect(lineOf(null)).toBeNull()
  })

  it('tells a further attempt', () => {
    expect(toJobDisplay(updateOf({ attempt: 2 }), now).attempt).toBe('Attempt 2')
    expect(toJobDisplay(updateOf({ attempt: 1 }), now).attempt).toBeNull()
    expect(toJobDisplay(updateOf({ attempt: 2, status: 'succeeded' }), now).attempt).toBeNull()
  })
})
