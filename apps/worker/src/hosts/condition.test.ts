import type { HostReasonCode, HostState } from '@safelight/shared'
import { describe, expect, it } from 'vitest'
import {
  type Condition,
  isOnTrial,
  isSuspect,
  type Observation,
  observe as observeAt,
  startCondition,
} from './condition.ts'

const DRAIN = { reason: 'new driver', at: 1 }
const STUCK = { promptId: 'p', begun: true }
const NEVER_BEGUN = { promptId: 'p', begun: false }

const SEEN = {
  answered: { type: 'answered' },
  refused: { type: 'unanswered', cause: 'unreachable' },
  slow: { type: 'unanswered', cause: 'not_answering' },
  odd: { type: 'unanswered', cause: 'bad_answer' },
  backsOff: { type: 'backs_off' },
  stuck: { type: 'stuck', prompt: STUCK },
  neverBegun: { type: 'stuck', prompt: NEVER_BEGUN },
  stillThere: { type: 'looked', running: ['p'] },
  gone: { type: 'looked', running: [] },
  othersRun: { type: 'looked', running: ['other'] },
  drained: { type: 'drain', drain: DRAIN },
  resumed: { type: 'drain', drain: null },
  deaf: { type: 'deaf', deaf: true },
  heard: { type: 'deaf', deaf: false },
  failedOne: { type: 'device_failed', jobId: 'one' },
  failedOther: { type: 'device_failed', jobId: 'other' },
  worked: { type: 'worked' },
  prompts: { type: 'prompts', count: 1 },
  idle: { type: 'prompts', count: 0 },
} as const satisfies Record<string, Observation>
type Name = keyof typeof SEEN
const NAMES = Object.keys(SEEN) as Name[]

const observe = (condition: Condition, seen: Observation, atMs: number) =>
  observeAt(condition, seen, { atMs, deafForMs: 5 * 60_000 })

/** What was seen, one after the other, a second apart. */
function after(...names: Name[]): Condition {
  return names.reduce((condition, name, at) => observe(condition, SEEN[name], at + 1), START)
}
const START = startCondition(0)

/** How each state is reached. */
const REACHED: Record<HostState, Name[]> = {
  starting: [],
  ready: ['answered'],
  busy: ['answered', 'prompts'],
  draining: ['answered', 'drained'],
  degraded: ['answered', 'deaf'],
  quarantined: ['answered', 'stuck'],
  offline: ['answered', 'refused'],
}

/** The whole table: from each state, what each observation makes of it. What is not named changes nothing. */
const MOVES: Record<HostState, Partial<Record<Name, HostState>>> = {
  starting: {
    answered: 'ready',
    refused: 'offline',
    slow: 'offline',
    odd: 'offline',
    backsOff: 'offline',
  },
  ready: {
    refused: 'offline',
    odd: 'offline',
    backsOff: 'offline',
    stuck: 'quarantined',
    neverBegun: 'quarantined',
    drained: 'draining',
    deaf: 'degraded',
    prompts: 'busy',
  },
  busy: {
    refused: 'offline',
    odd: 'offline',
    backsOff: 'offline',
    stuck: 'quarantined',
    neverBegun: 'quarantined',
    drained: 'draining',
    deaf: 'degraded',
    idle: 'ready',
  },
  draining: {
    refused: 'offline',
    odd: 'offline',
    backsOff: 'offline',
    stuck: 'quarantined',
    neverBegun: 'quarantined',
    resumed: 'ready',
  },
  degraded: {
    refused: 'offline',
    odd: 'offline',
    backsOff: 'offline',
    stuck: 'quarantined',
    neverBegun: 'quarantined',
    drained: 'draining',
    heard: 'ready',
  },
  quarantined: { refused: 'offline', odd: 'offline', gone: 'ready', othersRun: 'ready' },
  offline: { answered: 'ready' },
}

describe('the table', () => {
  for (const [from, reached] of Object.entries(REACHED)) {
    it.each(NAMES)(`moves a host that is ${from} when it sees: %s`, (name) => {
      const before = after(...reached)
      expect(before.state).toBe(from)
      // the keys of a Record<HostState, …> are host states
      const expected = MOVES[from as HostState][name] ?? from
      expect(observe(before, SEEN[name], 100).state).toBe(expected)
    })
  }

  it.each<[HostReasonCode, Name[]]>([
    ['not_reached_yet', []],
    ['idle', ['answered']],
    ['has_prompts', ['answered', 'prompts']],
    ['drain_requested', ['answered', 'drained']],
    ['socket_deaf', ['answered', 'deaf']],
    ['executor_stuck', ['answered', 'stuck']],
    ['device_fault', ['answered', 'failedOne', 'failedOther']],
    ['executor_stuck', ['answered', 'failedOne', 'failedOther', 'stuck']],
    ['unreachable', ['refused']],
    ['not_answering', ['answered', 'slow', 'slow', 'slow']],
    ['bad_answer', ['odd']],
    ['resting', ['answered', 'backsOff']],
  ])('gives the reason %s after %j', (code, names) => {
    expect(after(...names).reason.code).toBe(code)
  })
})

describe('what a host was is not forgotten', () => {
  it.each<[HostState, Name[]]>([
    ['draining', ['drained', 'answered']],
    ['draining', ['answered', 'drained', 'refused', 'answered']],
    ['quarantined', ['answered', 'stuck', 'refused', 'answered']],
    ['quarantined', ['answered', 'stuck', 'drained']],
    ['draining', ['answered', 'stuck', 'drained', 'gone']],
    ['draining', ['answered', 'deaf', 'drained']],
    ['degraded', ['answered', 'prompts', 'deaf']],
    ['busy', ['answered', 'prompts', 'deaf', 'heard']],
    ['busy', ['answered', 'prompts', 'refused', 'answered']],
  ])('is %s after %j', (state, names) => {
    expect(after(...names).state).toBe(state)
  })

  it('but a deaf socket is, by a restart: new sockets have a new chance', () => {
    expect(after('answered', 'deaf', 'refused', 'answered').state).toBe('ready')
  })
})

describe('a slow host', () => {
  it('is offline after three probes in a row that timed out, not before', () => {
    expect(after('answered', 'slow', 'slow').state).toBe('ready')
    expect(after('answered', 'slow', 'slow', 'slow').state).toBe('offline')
    expect(after('answered', 'slow', 'slow', 'answered', 'slow', 'slow').state).toBe('ready')
  })
})

describe('a dead executor', () => {
  it('is given no credit for resting', () => {
    expect(after('answered', 'stuck', 'backsOff').state).toBe('quarantined')
  })

  it('is alive again when the prompt that stood still has left the queue, after a restart too', () => {
    expect(after('answered', 'stuck', 'stillThere').state).toBe('quarantined')
    expect(after('answered', 'stuck', 'refused', 'gone', 'answered').state).toBe('ready')
  })

  it('that never began a prompt proves its life by running another, or by a restart', () => {
    expect(after('answered', 'neverBegun', 'gone').state).toBe('quarantined')
    expect(after('answered', 'neverBegun', 'slow', 'slow', 'slow', 'answered').state).toBe(
      'quarantined',
    )
    expect(after('answered', 'neverBegun', 'othersRun').state).toBe('ready')
    expect(after('answered', 'neverBegun', 'refused', 'answered').state).toBe('ready')
  })
})

describe('a broken device', () => {
  it.each<[HostState, Name[]]>([
    ['ready', ['failedOne']],
    ['ready', ['failedOne', 'failedOne']],
    ['quarantined', ['failedOne', 'failedOther']],
    ['ready', ['failedOne', 'worked', 'failedOther']],
    // a rest is no cure, and no end of it
    ['quarantined', ['failedOne', 'failedOther', 'backsOff']],
    ['offline', ['failedOne', 'backsOff']],
    ['offline', ['failedOne', 'failedOther', 'backsOff', 'refused']],
    ['quarantined', ['failedOne', 'failedOther', 'backsOff', 'answered']],
    ['quarantined', ['failedOne', 'failedOther', 'slow', 'slow', 'slow', 'answered']],
    // a success or a restart is
    ['ready', ['failedOne', 'failedOther', 'worked']],
    ['ready', ['failedOne', 'failedOther', 'refused', 'answered']],
    ['draining', ['failedOne', 'failedOther', 'drained']],
    ['quarantined', ['failedOne', 'failedOther', 'drained', 'resumed']],
  ])('makes the host %s after %j', (state, names) => {
    expect(after('answered', ...names).state).toBe(state)
  })

  it('is suspected once another job failed there', () => {
    const suspect = after('answered', 'failedOne')
    expect(isSuspect(suspect, 'one')).toBe(false)
    expect(isSuspect(suspect, 'other')).toBe(true)
    expect(isSuspect(after('answered', 'failedOne', 'worked'), 'other')).toBe(false)
  })

  it('is tried with a job between two rests, a dead executor never', () => {
    expect(isOnTrial(after('answered', 'failedOne', 'failedOther'))).toBe(true)
    expect(isOnTrial(after('answered', 'failedOne', 'failedOther', 'backsOff'))).toBe(false)
    expect(isOnTrial(after('answered', 'failedOne', 'failedOther', 'stuck'))).toBe(false)
    expect(isOnTrial(after('answered', 'stuck'))).toBe(false)
  })
})

describe('a deaf socket', () => {
  it('is forgiven some minutes after it was last deaf', () => {
    const deaf = observe(after('answered'), SEEN.deaf, 10_000)
    const still = observe(deaf, SEEN.answered, 10_000 + 5 * 60_000 - 1)
    expect(still.state).toBe('degraded')
    expect(observe(still, SEEN.answered, 10_000 + 5 * 60_000).state).toBe('ready')
    const again = observe(still, SEEN.deaf, 20_000)
    expect(again.since).toBe(10_000)
    expect(observe(again, SEEN.answered, 10_000 + 5 * 60_000).state).toBe('degraded')
  })
})

it('knows since when a host is in its state, and changes nothing without news', () => {
  const busy = after('answered', 'prompts')
  expect(busy.since).toBe(2)
  expect(observe(busy, { type: 'prompts', count: 2 }, 50)).toMatchObject({
    state: 'busy',
    since: 2,
  })
  expect(observe(busy, SEEN.answered, 50)).toBe(busy)
  const drained = after('answered', 'drained')
  expect(drained.reason.message).toBe('new driver')
  expect(observe(drained, { type: 'drain', drain: { ...DRAIN } }, 50)).toBe(drained)
})
