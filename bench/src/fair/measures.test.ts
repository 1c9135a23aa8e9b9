import { describe, expect, it } from 'vitest'
import { beganBefore, endedMeanwhile, sharesOf, type Timed, waitsOf } from './measures.ts'

const at = (ms: number) => new Date(1_700_000_000_000 + ms).toISOString()

function job(owner: string, created: number, run: [from: number, to: number] | null): Timed {
  return {
    owner,
    created_at: at(created),
    started_at: run && at(run[0]),
    completed_at: run && at(run[1]),
  }
}

describe('the measures of fairness', () => {
  const mine = [job('b', 100, [200, 300]), job('b', 110, [300, 510])]
  const others = [
    job('a', 0, [10, 99]),
    job('a', 0, [100, 200]),
    job('a', 0, [250, 510]),
    job('a', 0, [260, 520]),
    job('a', 0, null),
  ]

  it('are the wait on average, and until the last has ended', () => {
    expect(waitsOf(mine)).toEqual({ mean: 300, last: 410 })
  })

  it('count what was served meanwhile, and before', () => {
    expect(endedMeanwhile(mine, others)).toBe(2)
    expect(mine.map((one) => beganBefore(one, others))).toEqual([2, 4])
  })

  it('tell the shares of those that were served first', () => {
    expect([...sharesOf([...others, ...mine], 4)]).toEqual([
      ['a', 3],
      ['b', 1],
    ])
    expect([...sharesOf([...others, ...mine], 100).values()]).toEqual([4, 2])
  })
})
