import { describe, expect, it } from 'vitest'
import { connectedOf, progressOf, snapshotOf } from '../testing/jobs.ts'
import { createBarMemory } from './bar-memory.ts'

const at = (value: number) => snapshotOf({ progress: progressOf({ value }) })

describe('the bar', () => {
  it('does not fall when a shorter history begins, and keeps the newer facts', () => {
    const bar = createBarMemory()
    bar.hold(at(0.6))
    const restarted = snapshotOf({ progress: connectedOf(), attempt: 2 })
    expect(bar.hold(restarted).progress).toEqual(connectedOf({ value: 0.6 }))
    expect(bar.hold(snapshotOf({ progress: null })).progress?.value).toBe(0.6)
    expect(bar.hold(at(0.7)).progress?.value).toBe(0.7)
  })

  it('is each job’s own', () => {
    const bar = createBarMemory()
    bar.hold(at(0.6))
    const other = snapshotOf({ jobId: 'other', progress: null })
    expect(bar.hold(other)).toBe(other)
  })

  it('changes nothing of a snapshot that is further', () => {
    const bar = createBarMemory()
    bar.hold(at(0.6))
    const next = at(0.61)
    expect(bar.hold(next)).toBe(next)
  })

  it('is forgotten for the job that was updated least recently, of very many', () => {
    const bar = createBarMemory()
    const hold = (jobId: string, value: number) =>
      bar.hold(snapshotOf({ jobId, progress: progressOf({ value }) })).progress?.value
    hold('job-0', 0.6)
    hold('job-1', 0.6)
    hold('job-0', 0.6)
    for (let n = 2; n < 257; n += 1) hold(`job-${n}`, 0.6)
    expect(hold('job-0', 0.1)).toBe(0.6)
    expect(hold('job-1', 0.1)).toBe(0.1)
  })
})
