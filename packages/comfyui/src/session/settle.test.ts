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

it('is as history shows it when only a node of another graph is said to have made a file', () => {
  expect(decide('submitted', 'madeByAnother', 'announced', 'ended')).toMatchObject({
    action: 'end',
    end: { outcome: 'succeeded' },
  })
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

const made = [{ node_id: '9', filename: 'a.png', subfolder: '', type: 'output' }]
it.each<[string, (ObservationName | number)[], object]>([
  ['is asked again', ['unreadable', 900, 'unreadable'], wait(60)],
  [
    'is believed when it can be read after all',
    ['unreadable', 900, 'interrupted'],
    { end: { outcome: 'canceled' } },
  ],
  [
    'ends the job without an answer',
    ['unreadable', 1_000, 'unreadable'],
    { end: { outcome: 'unreadable' } },
  ],
  [
    'ends it as it was heard to end: with what it made',
    ['began', 'made', 'announced', 'unreadable', 1_000, 'unreadable'],
    { end: { outcome: 'succeeded', outputs: made } },
  ],
  [
    'or with what was raised',
    ['began', 'raised', 'unreadable', 1_000, 'unreadable'],
    { end: { outcome: 'failed', failure: { nodeId: '9', message: 'no' } } },
  ],
  [
    'but not as a success of which some was missed',
    ['opened', 'began', 'made', 'closed', 'opened', 'announced', 'unreadable', 1_000, 'unreadable'],
    { end: { outcome: 'unreadable' } },
  ],
  ['is enough for a cancel', ['canceled', 'unreadable'], { end: { outcome: 'canceled' } }],
  [
    'is no failure of the host',
    ['unanswered', 'unreadable', 2_000, 'unanswered'],
    { action: 'wait' },
  ],
])('a history that cannot be read %s', (_, steps, decision) => {
  expect(decide('submitted', ...steps)).toMatchObject(decision)
})
