/** Whose standstill is counted after a kill, and from when to when. */
import type { JobEvent } from '@safelight/shared'
import { expect, it } from 'vitest'
import type { Disruption } from './blows.ts'
import { slowestRecoveries } from './recovery.ts'

const of = { jobId: 'j', stamp: '', follows: '', seq: 1 }
const running = (ts: number, hostId: string, phase: 'executing' | 'submitted' = 'executing') =>
  ({ ...of, ts, type: 'status', status: 'running', phase, hostId }) satisfies JobEvent
const queued = (ts: number) =>
  ({ ...of, ts, type: 'status', status: 'queued', phase: null }) satisfies JobEvent
const end = (ts: number) =>
  ({ ...of, ts, type: 'status', status: 'succeeded', phase: null }) satisfies JobEvent

const KILLED: Disruption = {
  target: 'worker-1',
  what: 'killed',
  at: 200,
  hostId: null,
  dead: true,
  forgot: true,
  left: null,
}
const left = (...jobIds: string[]) => ({ jobIds, tickets: jobIds, waiting: 7 })

it('is the slowest among the jobs on the host that was killed, less their waits in line', () => {
  const histories = [
    { jobId: 'j', events: [running(100, 'gpu-1'), end(5_100)] },
    { jobId: 'k', events: [running(100, 'gpu-2'), end(9_000)] },
    { jobId: 'l', events: [running(100, 'gpu-1'), end(150)] },
    // most of it in line, behind others
    {
      jobId: 'm',
      events: [running(100, 'gpu-1'), queued(1_000), running(30_000, 'gpu-2'), end(30_100)],
    },
  ]
  const killed = { ...KILLED, target: 'host-1', hostId: 'gpu-1' }
  const slowest = slowestRecoveries([killed], histories)
  expect(slowest.get('host')).toMatchObject({ ms: 4_900, jobId: 'j', waiting: null })
})

it('is not that of a job in the hand of another worker, however long it waits for its host', () => {
  const histories = [
    { jobId: 'mine', events: [running(100, 'gpu-1'), end(5_200)] },
    { jobId: 'theirs', events: [running(100, 'gpu-1'), end(30_000)] },
  ]
  const slowest = slowestRecoveries([{ ...KILLED, left: left('mine') }], histories)
  expect(slowest.get('worker')).toMatchObject({ ms: 5_000, jobId: 'mine', waiting: 7 })
  // what nobody could tell counts for every job
  const unknown = slowestRecoveries([KILLED], histories)
  expect(unknown.get('worker')).toMatchObject({ ms: 29_800, jobId: 'theirs' })
})

it('counts what a worker held before it ran, until somebody has it again', () => {
  const taken = running(3_200, 'gpu-1', 'submitted')
  const histories = [
    { jobId: 'staged', events: [running(100, 'gpu-1', 'submitted'), taken, end(60_000)] },
    { jobId: 'dispatched', events: [queued(100), running(4_200, 'gpu-1'), end(50_000)] },
  ]
  const of = (jobId: string) =>
    slowestRecoveries([{ ...KILLED, left: left(jobId) }], histories).get('worker')?.ms
  expect(of('staged')).toBe(3_000)
  expect(of('dispatched')).toBe(4_000)
  expect(slowestRecoveries([{ ...KILLED, left: left() }], histories).size).toBe(0)
})

it('is told apart for a job whose host was away, too', () => {
  const events = [running(100, 'gpu-1'), end(18_000)]
  const unlisted = { ...KILLED, target: 'host-1', what: 'unlisted', dead: false, forgot: false }
  const lossesWith = (rest: Partial<Disruption>) => {
    const away = { ...unlisted, hostId: 'gpu-1', at: 900, until: 15_000, ...rest }
    const slowest = slowestRecoveries(
      [{ ...KILLED, left: left('j') }, away],
      [{ jobId: 'j', events }],
    )
    return [...slowest.keys()].filter((loss) => loss !== 'host')
  }
  const both = ['worker while its host was away']
  expect(lossesWith({})).toEqual(both)
  expect(lossesWith({ what: 'frozen' })).toEqual(both)
  expect(lossesWith({ what: 'exited', dead: true })).toEqual(both)
  expect(lossesWith({ what: 'slowHttp' })).toEqual(['worker'])
  expect(lossesWith({ hostId: 'gpu-2' })).toEqual(['worker'])
  expect(lossesWith({ at: 50, until: 150 })).toEqual(['worker'])
  expect(lossesWith({ at: 18_100, until: 19_000 })).toEqual(['worker'])
})
