import { promptIdOf } from '@safelight/store'
import { expect, it } from 'vitest'
import type { FinalState, Followed } from '../testing/follower.ts'
import { slow } from '../testing/workflows.ts'
import { type Facts, isClean, judge } from './verdict.ts'

const done: FinalState = { status: 'succeeded', seq: 9, outputs: ['a'], errorCode: null }
const watch: Followed = {
  jobId: 'j',
  kind: 'sse',
  final: done,
  connections: 2,
  events: 7,
  disorder: [],
}
const ran = {
  promptId: 'the host’s own',
  clientId: promptIdOf('j', 1),
  startedAt: 1,
  endedAt: 2,
  outcome: 'success',
  host: 'host-1',
} as const

const outcome = {
  jobId: 'j',
  status: 'succeeded',
  errorCode: null,
  files: ['slow_00001_.png'],
  priority: 0,
  workflow: slow({ color: 1 }),
}

function facts(rest: Partial<Facts> = {}): Facts {
  return {
    accepted: ['j'],
    records: new Map([['j', done]]),
    histories: [],
    outcomes: [outcome],
    canceled: new Set(),
    canceledAt: new Map(),
    reordered: new Map(),
    slots: 2,
    overfull: [],
    executions: [ran],
    watches: [watch],
    disruptions: [],
    stock: { broken: [], left: [], looked: 0 },
    strange: [],
    handovers: [],
    workers: 1,
    ...rest,
  }
}

it('is clean when every job ended, ran once and was seen as it is', () => {
  const verdict = judge(facts())
  expect(isClean(verdict)).toBe(true)
  expect(verdict).toMatchObject({ accepted: 1, ended: { succeeded: 1 }, executed: 1, strangers: 0 })
})

it('misses a job that is not on record, and one that never ended', () => {
  expect(judge(facts({ records: new Map() })).lost).toEqual(['j: not on record'])
  const records = new Map([['j', { ...done, status: 'running' }]])
  expect(judge(facts({ records })).lost).toEqual(['j: running'])
})

it('knows the attempts of a job by their marks', () => {
  const again = { ...ran, clientId: promptIdOf('j', 4), startedAt: 5, host: 'host-2' }
  const verdict = judge(facts({ executions: [ran, again, { ...ran, clientId: 'another’s' }] }))
  expect(verdict).toMatchObject({ executed: 2, strangers: 1 })
  expect(verdict.executedTwice).toHaveLength(1)
  expect(isClean(verdict)).toBe(false)
})

it('is not clean while one end is not accounted for', () => {
  const verdict = judge(facts({ outcomes: [{ ...outcome, files: [] }] }))
  expect(verdict.wrongEnds).toEqual(['j: succeeded without slow'])
  expect(isClean(verdict)).toBe(false)
  const canceled = [{ ...outcome, status: 'canceled' }]
  expect(judge(facts({ outcomes: canceled })).wrongEnds).toHaveLength(1)
  const asked = { outcomes: canceled, canceled: new Set(['j']) }
  expect(judge(facts(asked)).wrongEnds).toEqual([])
})

it('is not clean while an execution went on when its job was canceled', () => {
  const verdict = judge(facts({ canceledAt: new Map([['j', 1.5]]) }))
  expect(verdict.runOn).toHaveLength(1)
  expect(isClean(verdict)).toBe(false)
  expect(isClean(judge(facts({ canceledAt: new Map([['j', 2.5]]) })))).toBe(true)
})

it('takes a success without a history for unheard only when a worker was hit', () => {
  const again = { ...ran, clientId: promptIdOf('j', 2), startedAt: 5, host: 'host-2' }
  const hit = { at: 1, hostId: null, dead: true, forgot: true, left: null }
  const gone = {
    target: 'host-1',
    what: 'historyGone',
    hostId: 'gpu-1',
    dead: false,
    forgot: false,
    left: null,
    at: 1,
    until: 3,
    poison: { historyGone: true },
  }
  const twiceWith = (disruptions: Facts['disruptions']) =>
    judge(facts({ executions: [ran, again], disruptions })).executedTwice
  expect(twiceWith([gone])).toHaveLength(1)
  expect(twiceWith([gone, { ...hit, target: 'api-1', what: 'killed' }])).toHaveLength(1)
  expect(twiceWith([gone, { ...hit, target: 'worker-1', what: 'killed' }])).toEqual([])
})

it('sees a watcher that ended differently, saw no end, or saw events in disorder', () => {
  const watches = [
    { ...watch, final: { ...done, outputs: [] } },
    { ...watch, final: null },
    { ...watch, disorder: ['event 3 after 3'] },
  ]
  const { differing, disorder } = judge(facts({ watches }))
  expect(differing).toHaveLength(2)
  expect(disorder).toEqual(['j (sse): event 3 after 3'])
})

it('counts jobs whose answer was lost: they are on record, so they must end too', () => {
  const records = new Map([
    ['j', done],
    ['k', { ...done, status: 'queued' }],
  ])
  expect(judge(facts({ records }))).toMatchObject({ unanswered: 1, lost: ['k: queued'] })
})

it('is not clean while a change of priority that was answered did not stay', () => {
  const reordered = new Map([['j', 5]])
  const verdict = judge(facts({ reordered }))
  expect(verdict.unordered).toEqual(['j: 0, not 5'])
  expect(isClean(verdict)).toBe(false)
  const outcomes = [{ ...outcome, priority: 5 }]
  expect(isClean(judge(facts({ reordered, outcomes })))).toBe(true)
})

it('is not clean while a file is not what it was, or bytes are left that nobody needs', () => {
  const stock = { broken: [], left: [], looked: 3 }
  expect(judge(facts({ stock })).files).toBe(3)
  for (const wrong of [
    { stock: { ...stock, broken: ['a: answered 404, not blake3:00'] } },
    { stock: { ...stock, left: ['ab/key: bytes that nobody knows of'] } },
    { strange: ['a: not found, and nobody had deleted it'] },
    { handovers: [1, 2].map(() => ({ hostId: 'gpu-1', name: 'a.png' })) },
  ])
    expect(isClean(judge(facts(wrong)))).toBe(false)
})

it('lets a job be run again for a picture that was only sent, or made for another job, when somebody may not have heard', () => {
  const again = { ...ran, clientId: promptIdOf('j', 2), startedAt: 5, host: 'host-2' }
  const hit = { target: 'worker-1', what: 'frozen', at: 1, hostId: null, dead: false }
  const disruptions = [{ ...hit, forgot: false, left: null }]
  const twiceWith = (rest: Partial<Facts>) =>
    judge(facts({ executions: [ran, again], ...rest })).executedTwice
  const sent = { class_type: 'SaveImageWebsocket', inputs: { images: ['1', 0] } }
  const outcomes = [{ ...outcome, workflow: { ...outcome.workflow, '4': sent } }]
  expect(twiceWith({ disruptions })).toHaveLength(1)
  expect(twiceWith({ outcomes })).toHaveLength(1)
  expect(twiceWith({ disruptions, outcomes })).toEqual([])
  const both = [outcome, { ...outcome, jobId: 'same' }]
  expect(twiceWith({ disruptions, outcomes: both })).toEqual([])
})
