import { describe, expect, it } from 'vitest'
import {
  accountForDispatches,
  accountForEnds,
  accountForFailures,
  type AccountFacts,
  type JobFacts,
} from './accounts.ts'
import { accountForAdoptions, accountForLost, accountForOrphans } from './accounts-of-blows.ts'
import type { Disruption } from './blows.ts'
import type { Told } from './ledger.ts'

const job = (over: Partial<JobFacts> = {}): JobFacts => ({
  jobId: 'j',
  status: 'succeeded',
  errorCode: null,
  createdAt: 0,
  completedAt: 50_000,
  deadLetter: false,
  dispatches: 1,
  begun: 1,
  attempt: 1,
  takenBack: 0,
  failures: [],
  events: [],
  ...over,
})
const told = (name: string, at: number, over: Partial<Told> = {}): Told => ({
  name,
  at,
  jobId: 'j',
  ...over,
})
const blow = (over: Partial<Disruption> = {}): Disruption => ({
  target: 'worker-1',
  what: 'killed',
  at: 10_000,
  hostId: null,
  dead: true,
  forgot: true,
  left: null,
  ...over,
})
const facts = (over: Partial<AccountFacts>): AccountFacts => ({
  jobs: [job()],
  told: [],
  disruptions: [],
  attemptOf: new Map([['p1', { jobId: 'j', attempt: 1 }]]),
  ...over,
})
const end = told('job:ended', 50_000, { status: 'succeeded', code: null })

describe('ends', () => {
  it('are told as they are on record, each once', () => {
    expect(accountForEnds(facts({ told: [end] }))).toEqual({ really: 1, why: [], faults: [] })
    expect(accountForEnds(facts({ told: [end, end] })).faults).toHaveLength(1)
    expect(accountForEnds(facts({ told: [{ ...end, status: 'failed' }] })).faults).toHaveLength(2)
  })

  it('are missing only where a process died, or Redis was hit, in the moment of the write', () => {
    const missing = (...disruptions: Disruption[]) => accountForEnds(facts({ disruptions }))
    expect(missing().faults).toHaveLength(1)
    expect(missing(blow({ at: 50_200 }))).toMatchObject({ faults: [], why: [expect.any(String)] })
    expect(missing(blow({ at: 55_000 })).faults).toHaveLength(1)
    expect(missing(blow({ at: 49_000 })).faults).toHaveLength(1)
    expect(missing(blow({ at: 50_200, target: 'host-1' })).faults).toHaveLength(1)
    const redis = { target: 'redis', what: 'failover pause', dead: false }
    expect(missing(blow({ ...redis, at: 49_000, until: 51_000 })).faults).toEqual([])
  })
})

it('dispatches are as many as the record has counted', () => {
  const twice = facts({ jobs: [job({ dispatches: 2 })], told: [told('job:dispatched', 1)] })
  expect(accountForDispatches(twice)).toMatchObject({ really: 2, faults: [expect.any(String)] })
  expect(accountForDispatches({ ...twice, told: [...twice.told, ...twice.told] }).faults).toEqual(
    [],
  )
})

it('failed attempts are those on record, and the last of a job that failed', () => {
  const failed = told('attempt:failed', 5, { attempt: 1, cause: 'stalled', retry: 'retry' })
  const last = told('attempt:failed', 9, { attempt: 2, cause: 'stalled', retry: 'fail' })
  const failures = [{ attempt: 1, cause: 'stalled', at: 5 }]
  const of = (status: string, ...all: Told[]) =>
    accountForFailures(facts({ jobs: [job({ status, failures })], told: all }))
  expect(of('failed', failed, last)).toEqual({ really: 2, why: [], faults: [] })
  expect(of('succeeded', failed, last).faults).toHaveLength(1)
  expect(of('failed', last).faults).toHaveLength(1)
})

const left = { jobIds: ['j'], tickets: ['j'], waiting: 0 }

describe('jobs that lost their worker', () => {
  it('are those that a killed worker had in hand', () => {
    const disruptions = [blow({ left })]
    const lost = told('job:lost-its-worker', 20_000)
    expect(accountForLost(facts({ disruptions, told: [lost] })).faults).toEqual([])
    expect(accountForLost(facts({ disruptions })).faults).toHaveLength(1)
  })

  it('and those of a worker that was stopped for too long, no others', () => {
    const lost = [told('job:lost-its-worker', 20_000)]
    expect(accountForLost(facts({ told: lost })).faults).toHaveLength(1)
    const frozen = blow({ what: 'frozen', dead: false, until: 25_000 })
    expect(accountForLost(facts({ told: lost, disruptions: [frozen] })).faults).toEqual([])
    const host = blow({ target: 'host-1', hostId: 'h' })
    expect(accountForLost(facts({ told: lost, disruptions: [host] })).faults).toHaveLength(1)
  })
})

describe('adopted attempts', () => {
  const common = { jobId: 'j', stamp: '', follows: '' }
  const events: JobFacts['events'] = [
    {
      ...common,
      seq: 1,
      ts: 5_000,
      type: 'status',
      status: 'running',
      phase: 'preparing',
      attempt: 1,
    },
    { ...common, seq: 2, ts: 6_000, type: 'status', status: 'running', phase: 'executing' },
  ]
  const jobs = [job({ events })]
  const adopted = told('attempt:adopted', 20_000, { attempt: 1 })

  it('are those that a killed worker left while they were executed', () => {
    const disruptions = [blow({ left })]
    expect(accountForAdoptions(facts({ jobs, disruptions, told: [adopted] })).faults).toEqual([])
    expect(accountForAdoptions(facts({ jobs, disruptions })).faults).toHaveLength(1)
    const again = [job({ events, attempt: 2 })]
    expect(accountForAdoptions(facts({ jobs: again, disruptions })).faults).toEqual([])
  })

  it('and none that nobody had let go of', () => {
    const of = (...disruptions: Disruption[]) =>
      accountForAdoptions(facts({ jobs, disruptions, told: [adopted] })).faults
    expect(of()).toHaveLength(1)
    expect(of(blow({ at: 1_000 }))).toHaveLength(1)
    expect(of(blow({ target: 'api-1' }))).toHaveLength(1)
  })
})

it('orphans are prompts that their job did not succeed with', () => {
  const orphan = [told('orphan:ended', 9, { promptId: 'p1', jobId: null })]
  expect(accountForOrphans(facts({ told: orphan })).faults).toHaveLength(1)
  const over = orphan.map((one) => ({ ...one, end: 'succeeded' }))
  expect(accountForOrphans(facts({ told: over })).faults).toEqual([])
  expect(accountForOrphans(facts({ told: orphan, jobs: [job({ attempt: 2 })] })).faults).toEqual([])
  expect(
    accountForOrphans(facts({ told: [told('orphan:ended', 9, { promptId: 'p2', jobId: null })] }))
      .faults,
  ).toHaveLength(1)
})
