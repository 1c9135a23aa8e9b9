/** Whether an execution went on after its job was canceled. */
import { expect, it } from 'vitest'
import { countCancels } from './cancels.ts'

const RAN = {
  promptId: 'p',
  clientId: 'p',
  startedAt: 100,
  endedAt: 200,
  outcome: 'interrupted',
  host: 'host-1',
  jobId: 'j',
} as const

const canceledAt = (at: number) => new Map([['j', at]])

it('is one that ended, or began, later', () => {
  expect(countCancels([RAN], canceledAt(180.5)).runOn).toEqual([
    'j ended (interrupted) on host-1 20 ms after it was canceled',
  ])
  expect(countCancels([RAN], canceledAt(50)).runOn).toEqual([
    'j began on host-1 150 ms after it was canceled',
  ])
  const cutOff = { ...RAN, endedAt: null, outcome: 'running' } as const
  expect(countCancels([cutOff], canceledAt(50)).runOn).toHaveLength(1)
})

it('is none that had ended, was cut off with its host, or is of a job that nobody heard to be canceled', () => {
  expect(countCancels([RAN], canceledAt(203))).toEqual({
    heard: 1,
    executions: 1,
    closestMs: 3,
    runOn: [],
  })
  const cutOff = { ...RAN, endedAt: null, outcome: 'running' } as const
  expect(countCancels([cutOff], canceledAt(150)).runOn).toEqual([])
  expect(countCancels([RAN], new Map([['k', 1]]))).toMatchObject({ executions: 0, runOn: [] })
})
