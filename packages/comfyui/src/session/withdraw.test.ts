import { describe, expect, it } from 'vitest'
import { decide, type ObservationName, PROMPT_ID, wait } from '../testing/observations.ts'

const lost = { outcome: 'lost', promptId: PROMPT_ID }

describe('a withdrawal', () => {
  const withdrawn = { outcome: 'withdrawn', promptId: PROMPT_ID }
  it.each<[string, (ObservationName | number)[], object]>([
    ['is over when two looks agree', ['pending', 'withdrawn', 'absent', 60, 'absent'], withdrawn],
    [
      'of what had begun all the same loses it',
      ['withdrawn', 'began', 'absent', 60, 'absent'],
      lost,
    ],
    ['of what was seen to run loses it', ['withdrawn', 'running', 'absent', 60, 'absent'], lost],
    [
      'is believed to history: it was faster',
      ['withdrawn', 'absent', 'ended'],
      { outcome: 'succeeded', promptId: PROMPT_ID, outputs: [] },
    ],
    [
      'that becomes a cancel ends as one',
      ['withdrawn', 'canceled', 'absent'],
      { outcome: 'canceled', promptId: PROMPT_ID, outputs: [] },
    ],
  ])('%s', (_, steps, end) => {
    expect(decide('submitted', ...steps)).toEqual({ action: 'end', end })
  })

  it('goes by more than one look, and is asked for again until then', () => {
    expect(decide('submitted', 'withdrawn', 'absent')).toEqual(wait(60))
    expect(decide('submitted', 'withdrawn', 'pending', 'withdrawn').action).toBe('withdraw')
  })
})
