import { describe, expect, it } from 'vitest'
import { after, type ObservationName } from '../testing/observations.ts'
import { untilLook } from './pace.ts'

const CALM = { type: 'waited', canceled: false, withdrawn: false } as const

/** How long after the last of these to look; beats are 300 ms apart, looks at what is silent 100, quick ones 5. */
function leftAfter(
  steps: (ObservationName | number)[],
  asked: { canceled?: boolean; withdrawn?: boolean } = {},
): number {
  const { state, atMs } = after(...steps)
  return untilLook(state, { ...CALM, ...asked }, atMs)
}

/** It was posted over HTTP, and the host knows the socket. */
const HEARD: (ObservationName | number)[] = ['opened', 'others', 'submitted']

describe('the next look', () => {
  it.each<[string, (ObservationName | number)[], number]>([
    ['is not at once when the socket is known to the host', HEARD, 100],
    ['is at once when it is not', ['opened', 'submitted'], 0],
    ['is at once when there is none', ['submitted'], 0],
    ['is at once when the prompt was adopted', ['opened', 'others', 'adopted'], 0],
    ['is put off by messages', [...HEARD, 70, 'began'], 100],
    ['is put off by messages to the beat, and no longer', [...HEARD, 290, 'tick'], 10],
    ['is not put off by what others send', [...HEARD, 70, 'others'], 30],
    ['is due in silence', [...HEARD, 'tick', 100], 0],
    ['is due after the beat', [...HEARD, 299, 'tick', 1], 0],
    ['is on the beat while the prompt waits behind others', [...HEARD, 'due', 'pending'], 300],
    ['is not, when nothing is before it', [...HEARD, 'due', 'next'], 100],
    ['is not, when there is no socket any more', [...HEARD, 'due', 'pending', 'closed'], 100],
    [
      'is not, while nobody is heard on a new one',
      [...HEARD, 'closed', 'opened', 'due', 'pending'],
      100,
    ],
    ['is at once on a new socket', [...HEARD, 'closed', 'opened'], 0],
    ['is soon when the end is announced', [...HEARD, 50, 'tick', 'announced', 2], 3],
    ['is soon when it is told to have failed', [...HEARD, 50, 'raised'], 5],
    ['is at once when history is written', [...HEARD, 50, 'announced', 2, 'over'], 0],
    ['is soon when the end was announced during a look', ['submitted', 'due', 'announced'], 5],
    [
      'is at once when history was written during a look',
      ['submitted', 'due', 'over', 'running'],
      0,
    ],
    [
      'is as soon as without messages when they are told to be lost',
      [...HEARD, 'due', 'running', 400, 'running'],
      100,
    ],
    [
      'is as soon as without messages when the host does not answer',
      [...HEARD, 'due', 'pending', 'due', 'unanswered'],
      0,
    ],
  ])('%s', (_, steps, ms) => {
    expect(leftAfter(steps)).toBe(ms)
  })

  it('is at once when the prompt is to be stopped or taken back, and that was not asked yet', () => {
    expect(leftAfter(HEARD, { canceled: true })).toBe(0)
    expect(leftAfter([...HEARD, 'due', 'pending'], { withdrawn: true })).toBe(0)
  })
})
