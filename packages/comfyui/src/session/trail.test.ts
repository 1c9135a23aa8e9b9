/** A prompt that has ended, by its history, before its last messages have come. */
import { expect, it } from 'vitest'
import { afterHearing, decide, type ObservationName, wait } from '../testing/observations.ts'

const SUBMITTED: ObservationName[] = ['opened', 'others', 'submitted']

it.each<[string, (ObservationName | number)[]]>([
  ['before it has said anything', ['ended']],
  ['while it has not announced its end', ['began', 'tick', 500, 'ended']],
  ['as long as more comes', ['ended', 199, 'tick', 199, 'ended']],
  ['that cannot be asked any more', ['began', 'ended', 'unanswered']],
  ['that history has forgotten since', ['began', 'ended', 'absent', 60, 'absent']],
])('is heard out %s', (_, steps) => {
  expect(afterHearing(...SUBMITTED, ...steps).decision).toEqual(wait(60))
})

it.each<[string, (ObservationName | number)[]]>([
  ['has announced its end', ['began', 'announced', 'ended']],
  ['announces its end after history showed it', ['ended', 'announced', 'ended']],
  ['says nothing for too long', ['began', 'ended', 200, 'ended']],
  ['says nothing for too long, and nobody can ask', ['began', 'ended', 200, 'unanswered']],
  ['is cut off', ['began', 'closed', 'ended']],
  ['is to be stopped', ['began', 'ended', 'canceled', 'ended']],
])('has ended when it %s', (_, steps) => {
  expect(afterHearing(...SUBMITTED, ...steps).decision).toMatchObject({
    action: 'end',
    end: { outcome: 'succeeded' },
  })
})

it('is waited for only where there is something to hear', () => {
  const end = { action: 'end', end: { outcome: 'succeeded' } }
  expect(decide(...SUBMITTED, 'began', 'ended')).toMatchObject(end)
  expect(afterHearing('submitted', 'ended').decision).toMatchObject(end)
  expect(afterHearing('opened', 'others', 'adopted', 'ended').decision).toMatchObject(end)
})
