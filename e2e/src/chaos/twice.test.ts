import { expect, it } from 'vitest'
import { countTwice, type HostExecution } from './twice.ts'

/** An execution of job `j`, from `startedAt` on. */
function execution(startedAt: number, rest: Partial<HostExecution> = {}): HostExecution {
  return {
    jobId: 'j',
    host: 'host-1',
    promptId: `p${startedAt}`,
    clientId: `mark-${startedAt}`,
    startedAt,
    endedAt: startedAt + 10,
    outcome: 'success',
    ...rest,
  }
}
const cutOff = { outcome: 'running', endedAt: null } as const

it('finds a job that was completed twice, on one host or two', () => {
  for (const host of ['host-1', 'host-2']) {
    const { twice, lostWithHost } = countTwice([execution(1), execution(50, { host })], [])
    expect(twice).toEqual([`j: completed on host-1 and ${host}`])
    expect(lostWithHost).toBe(0)
  }
})

it('finds one prompt that was begun twice, though neither was completed', () => {
  const mark = { clientId: 'same', outcome: 'interrupted' } as const
  const { twice } = countTwice([execution(1, mark), execution(50, { ...mark, host: 'host-2' })], [])
  expect(twice).toEqual(['j: one prompt ran on host-1 and host-2'])
})

it('counts a job once that ran three times', () => {
  expect(countTwice([execution(1), execution(50), execution(90)], []).twice).toHaveLength(1)
})

it('lets a job run again that failed, was interrupted, or was cut off with its host', () => {
  const first = [{ outcome: 'error' }, { outcome: 'interrupted' }, cutOff] as const
  for (const rest of first)
    expect(countTwice([execution(1, rest), execution(50)], []).twice).toEqual([])
})

it('counts apart what had to run again because the result went down with its host', () => {
  const loss = [{ host: 'host-1', at: 20 }]
  const { twice, lostWithHost } = countTwice(
    [execution(1), execution(50, { host: 'host-2' })],
    loss,
  )
  expect({ twice, lostWithHost }).toEqual({ twice: [], lostWithHost: 1 })
})

it('takes no loss for an excuse that came later, or earlier, or elsewhere', () => {
  const losses = [
    { host: 'host-1', at: 0 },
    { host: 'host-1', at: 60 },
    { host: 'host-2', at: 20 },
  ]
  expect(countTwice([execution(1), execution(50)], losses).twice).toHaveLength(1)
})

it('excuses a success of which nothing was kept only where nobody can have heard it', () => {
  const again = [execution(100), execution(150, { host: 'host-2' })]
  const unheard = { host: 'host-1', at: 120, endedIn: { from: 105, until: 115 } }
  expect(countTwice(again, [unheard])).toMatchObject({ twice: [], lostWithHost: 1 })
  // its worker had left it to the host before it began
  expect(countTwice(again, [{ ...unheard, at: 95, alsoWithinMs: 10 }]).twice).toEqual([])
  for (const heard of [
    { ...unheard, at: 95 },
    { ...unheard, at: 151 },
    { ...unheard, endedIn: { from: 111, until: 115 } },
    { ...unheard, endedIn: { from: 90, until: 109 } },
  ])
    expect(countTwice(again, [heard]).twice).toHaveLength(1)
})

it('counts the executions that were cut off', () => {
  const cut = [execution(1, cutOff), execution(2, { jobId: 'k', outcome: 'crashed' })]
  expect(countTwice([...cut, execution(3)], []).cutOff).toBe(2)
})
