import { expect, it } from 'vitest'
import { HOST_STATES, type HostState, hostViewSchema, toHostReason } from '@safelight/shared'
import { newHostReport } from '@safelight/testkit'
import type { HostReport } from './host-report.ts'
import { mergeReports } from './merge-reports.ts'

const NOW = 1_000_000
const DRAIN = { reason: null, at: NOW - 500 }

let workers = 0
const report = (state: HostState, over: Partial<HostReport> = {}): HostReport =>
  newHostReport(NOW, { workerId: `w-${++workers}`, state, since: NOW - 1_000, ...over })

const merge = (reports: HostReport[], drain: typeof DRAIN | null = null) =>
  mergeReports('gpu-1', reports, { drain, freshSince: NOW - 30_000 })
const stateOf = (states: HostState[], drain: typeof DRAIN | null = null) =>
  merge(
    states.map((state) => report(state)),
    drain,
  ).state

it('says of a host with one worker what that worker says', () => {
  for (const state of HOST_STATES.filter((option) => option !== 'draining')) {
    expect(stateOf([state])).toBe(state)
  }
})

it.each<[HostState[], HostState]>([
  [['quarantined', 'ready'], 'quarantined'],
  [['quarantined', 'offline'], 'quarantined'],
  [['offline', 'offline'], 'offline'],
  [['offline', 'starting'], 'starting'],
  [['starting', 'ready'], 'ready'],
  [['offline', 'ready'], 'degraded'],
  [['offline', 'busy'], 'degraded'],
  [['degraded', 'busy'], 'degraded'],
  [['ready', 'busy'], 'busy'],
  [['ready', 'ready'], 'ready'],
])('makes %j one state: %s', (states, merged) => {
  expect(stateOf(states)).toBe(merged)
  expect(stateOf(states.toReversed())).toBe(merged)
})

it('goes by the record of drains, whether the workers have read it or not', () => {
  expect(stateOf(['ready'], DRAIN)).toBe('draining')
  expect(stateOf(['busy', 'draining'], DRAIN)).toBe('draining')
  expect(stateOf(['draining'])).toBe('ready')
  expect(stateOf(['offline'], DRAIN)).toBe('offline')
  expect(stateOf(['quarantined'], DRAIN)).toBe('quarantined')
})

it('calls no host ready to whom nobody gives anything any more', () => {
  const leaving = (state: HostState, ms: number) => report(state, { leavingSince: NOW - ms })
  expect(merge([leaving('ready', 50), leaving('busy', 20)])).toMatchObject({
    state: 'draining',
    reason: { code: 'workers_leave' },
    // until then one of them would have
    since: new Date(NOW - 20).toISOString(),
    drain: null,
  })
  expect(merge([leaving('ready', 50), report('busy')]).state).toBe('busy')
  expect(merge([leaving('busy', 50), report('ready')]).state).toBe('busy')
  // who stays cannot reach it
  expect(merge([leaving('ready', 50), report('offline')]).state).toBe('draining')
  expect(merge([leaving('offline', 50)]).state).toBe('offline')
  expect(merge([leaving('ready', 50)], DRAIN).reason.code).toBe('drain_requested')
})

it('says that a host is only reached by some', () => {
  const { reason } = merge([report('offline'), report('ready')])
  expect(reason.code).toBe('partly_reachable')
})

it('takes the earliest beginning and the latest reason of those who agree', () => {
  const early = report('busy', { since: NOW - 9_000, at: NOW - 10 })
  const late = report('busy', { since: NOW - 100, reason: toHostReason('has_prompts') })
  const other = report('ready', { since: NOW - 20_000 })
  const view = merge([late, other, early])
  expect(view.since).toBe(new Date(NOW - 9_000).toISOString())
  expect(view.reason.code).toBe('has_prompts')
})

it('adds up the jobs, and takes what a look tells from whoever looked last', () => {
  const device = { name: 'cuda:0', type: 'cuda', vramTotal: 24, vramFree: 12 }
  const view = merge([
    report('busy', { workerId: 'b', running: ['job-2'], seenAt: NOW - 5, movedAt: NOW - 7 }),
    report('busy', {
      workerId: 'a',
      staged: ['job-1'],
      queueDepth: 3,
      devices: [device],
      version: '0.34.0',
    }),
  ])
  expect(hostViewSchema.omit({ collecting: true }).parse(view)).toEqual(view)
  expect(view).toMatchObject({
    workers: ['a', 'b'],
    running: ['job-2'],
    staged: ['job-1'],
    queue_depth: 3,
    version: '0.34.0',
    devices: [{ name: 'cuda:0', type: 'cuda', vram_total: 24, vram_free: 12 }],
    last_movement_at: new Date(NOW - 7).toISOString(),
  })
})

it('takes the models from whoever learned of them last, also that there are none', () => {
  const early = report('ready', { models: ['a.safetensors'], modelsAt: NOW - 20 })
  const late = report('busy', { models: ['b.safetensors'], modelsAt: NOW - 10 })
  const never = report('ready')
  expect(merge([early, late, never]).models).toEqual(['b.safetensors'])
  expect(merge([never]).models).toEqual([])
  const sawItAway = report('ready', { modelsAt: NOW - 5 })
  expect(merge([early, sawItAway, late]).models).toEqual([])
  expect(merge([{ ...late, at: NOW - 30_001 }]).models).toEqual([])
})

it('has every label that one of its workers has heard of', () => {
  const one = report('ready', { labels: ['sdxl', 'fast'] })
  const other = report('ready', { labels: ['fast', 'big'] })
  const left = report('ready', { left: true, labels: ['old'] })
  expect(merge([one, other, left]).labels).toEqual(['big', 'fast', 'sdxl'])
  expect(merge([left]).labels).toEqual(['old'])
})

it('adds up what its workers have finished, and means over what was timed', () => {
  const view = merge([
    report('ready', { throughput: { finished: 3, timed: 2, executionMs: 1_000 } }),
    report('ready', { throughput: { finished: 2, timed: 1, executionMs: 1_000 } }),
    report('ready'),
    report('ready', { left: true, throughput: { finished: 9, timed: 9, executionMs: 9 } }),
  ])
  expect(view.throughput).toEqual({ last_hour: 5, mean_ms: 667 })
  expect(merge([report('ready')]).throughput).toEqual({ last_hour: 0, mean_ms: null })
})

it('lets workers that fell silent or left say nothing any more', () => {
  const silent = report('quarantined', { at: NOW - 30_001 })
  const left = report('quarantined', { left: true })
  expect(merge([silent, left, report('ready', { workerId: 'here' })])).toMatchObject({
    state: 'ready',
    workers: ['here'],
  })
  expect(merge([silent])).toMatchObject({
    state: 'offline',
    reason: { code: 'no_worker' },
    version: '0.33.0',
    since: new Date(NOW - 30_001).toISOString(),
  })
})

it('says when the host should be idle: what each worker has there comes after the others', () => {
  const busy = (over: Partial<HostReport>) => report('busy', { running: ['a'], ...over })
  const idleAt = (...reports: HostReport[]) => {
    const { idle_at } = merge(reports)
    return idle_at === null ? null : Date.parse(idle_at) - NOW
  }
  expect(idleAt(busy({ restMs: 4_000 }))).toBe(4_000)
  expect(idleAt(busy({ restMs: 4_000, at: NOW - 1_000 }), busy({ restMs: 500 }))).toBe(3_500)
  expect(idleAt(busy({ restMs: 4_000 }), report('ready', { restMs: 0 }))).toBe(4_000)
  // nothing there, a worker that cannot tell, and one of an earlier version
  expect(idleAt(report('ready', { restMs: 0 }))).toBeNull()
  expect(idleAt(busy({ restMs: 4_000 }), busy({ restMs: null }))).toBeNull()
})
