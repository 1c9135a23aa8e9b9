/** A success that was heard, and a history that says less. */
import { expect, it } from 'vitest'
import { decide, type ObservationName, PROMPT_ID, wait } from '../testing/observations.ts'

const vanished = { action: 'end', end: { outcome: 'vanished', promptId: PROMPT_ID } }
it.each<[string, (ObservationName | number)[], object]>([
  ['is looked for, however often history misses it', ['absent', 60, 'absent'], wait(60)],
  ['has vanished after its time', ['absent', 1_000, 'absent'], vanished],
  ['has more time when history knew it in between', ['absent', 999, 'running', 'absent'], wait(60)],
  ['is waited for after a stall, too', [2_000, 'due', 'absent'], wait(60)],
])('%s', (_, steps, decision) => {
  expect(decide('submitted', 'announced', ...steps)).toEqual(decision)
})

it.each<[string, (ObservationName | number)[], object]>([
  ['is asked again when it made files and history lists none', ['ended'], wait(60)],
  ['has vanished when that stays so', ['ended', 1_000, 'ended'], vanished],
])('%s', (_, steps, decision) => {
  expect(decide('submitted', 'made', 'announced', ...steps)).toEqual(decision)
})

it('is forgotten when the connection broke: the host may have been restarted', () => {
  expect(
    decide('submitted', 'opened', 'announced', 'closed', 'absent', 60, 'absent'),
  ).toMatchObject({ end: { outcome: 'lost' } })
})

it('does not hold up a cancel', () => {
  expect(decide('submitted', 'announced', 'canceled', 'absent')).toMatchObject({
    end: { outcome: 'canceled' },
  })
})
