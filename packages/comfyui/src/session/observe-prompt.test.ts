import { describe, expect, it } from 'vitest'
import {
  decide,
  type ObservationName,
  PROMPT_ID,
  OBSERVATIONS,
  wait,
} from '../testing/observations.ts'
import type { PromptDecision } from './prompt-state.ts'

type Action = PromptDecision['action']

const stalled = { outcome: 'stalled', promptId: PROMPT_ID, interrupted: false }

/** The first message, whichever it is. */
const HURRYING = {
  others: 'hurry',
  hint: 'hurry',
  began: 'hurry',
  tick: 'hurry',
  tock: 'hurry',
  made: 'hurry',
  madeByAnother: 'hurry',
} as const
/** Situations, and what each observation is answered with there, ten ms later. */
const TABLE: Record<
  string,
  { reached: (ObservationName | number)[]; answers: Partial<Record<ObservationName, Action>> }
> = {
  new: {
    reached: [],
    answers: HURRYING,
  },
  searching: {
    reached: ['search'],
    answers: HURRYING,
  },
  'waiting in the queue': { reached: ['others', 'submitted', 'pending'], answers: {} },
  'running, unheard': {
    reached: ['others', 'submitted', 'running'],
    answers: { withdrawn: 'none' },
  },
  'running, heard': {
    reached: ['submitted', 'tick', 'running'],
    answers: { withdrawn: 'none' },
  },
  'heard, and not seen to run': {
    reached: ['submitted', 'began', 'pending'],
    answers: { withdrawn: 'none' },
  },
  'standing still': {
    reached: ['submitted', 'tick', 'running', 1_000],
    answers: { due: 'askToStop', withdrawn: 'askToStop' },
  },
  absent: { reached: ['others', 'submitted', 'absent', 60], answers: { absent: 'end' } },
  canceled: {
    reached: ['others', 'submitted', 'running', 'canceled'],
    answers: { canceled: 'none', withdrawn: 'none', absent: 'end', unreadable: 'end' },
  },
  'canceled, and not obeyed': {
    reached: ['others', 'submitted', 'running', 'canceled', 300],
    answers: {
      due: 'askToStop',
      withdrawn: 'askToStop',
      absent: 'end',
      unreadable: 'end',
      pending: 'end',
      next: 'end',
      running: 'end',
      unanswered: 'end',
      badAnswer: 'end',
    },
  },
  lost: {
    reached: ['others', 'submitted', 'running', 'unanswered', 2_000],
    answers: {
      due: 'askToStop',
      withdrawn: 'askToStop',
      unanswered: 'fail',
      badAnswer: 'fail',
    },
  },
}
/** What an observation is answered with unless the table says otherwise. */
const USUALLY: Record<ObservationName, Action> = {
  search: 'none',
  submitted: 'none',
  adopted: 'none',
  due: 'none',
  canceled: 'askToStop',
  withdrawn: 'withdraw',
  pending: 'wait',
  next: 'wait',
  running: 'wait',
  absent: 'wait',
  unreadable: 'wait',
  ended: 'end',
  interrupted: 'end',
  unanswered: 'wait',
  badAnswer: 'wait',
  others: 'none',
  hint: 'none',
  tick: 'none',
  tock: 'none',
  made: 'none',
  madeByAnother: 'none',
  began: 'none',
  raised: 'hurry',
  announced: 'hurry',
  over: 'hurry',
  opened: 'hurry',
  closed: 'wait',
  refused: 'wait',
  alive: 'none',
  pingDue: 'ping',
}

describe.each(Object.entries(TABLE))('a prompt that is %s', (_, { reached, answers }) => {
  it.each(Object.keys(OBSERVATIONS) as ObservationName[])('answers: %s', (name) => {
    expect(decide(...reached, 10, name).action).toBe(answers[name] ?? USUALLY[name])
  })
})

describe('the pace of looks', () => {
  it.each<[string, (ObservationName | number)[], object]>([
    ['is steady', ['running'], wait(100)],
    ['is the same while it waits in the queue', ['pending'], wait(100)],
    ['is quick after the end was announced', ['announced', 'running'], wait(5)],
    ['is quick only for a while', ['announced', 'running', 'running', 'running'], wait(100)],
    [
      'is quick again after the next announcement',
      ['announced', 'running', 'announced', 'running'],
      wait(5),
    ],
    ['keeps the quick ones while the host fails', ['announced', 'unanswered', 'running'], wait(5)],
    ['is that of the interrupts while it is stopped', ['canceled', 'running'], wait(50)],
    ['is that of the confirmation while it is nowhere', ['announced', 'absent'], wait(60)],
  ])('%s', (_, steps, decision) => {
    expect(decide('submitted', ...steps)).toEqual(decision)
  })
})

describe('a prompt in neither queue nor history', () => {
  it.each<[string, (ObservationName | number)[], object]>([
    [
      'is lost when two looks agree',
      ['absent', 60, 'absent'],
      { outcome: 'lost', promptId: PROMPT_ID },
    ],
    [
      'is canceled at once after a cancel',
      ['canceled', 'absent'],
      { outcome: 'canceled', promptId: PROMPT_ID, outputs: [] },
    ],
    [
      'has obeyed after a stall',
      ['running', 1_000, 'due', 'absent'],
      { ...stalled, interrupted: true },
    ],
    [
      'never ran when it only waited',
      ['next', 1_000, 'due', 'absent'],
      { ...stalled, neverRan: true },
    ],
  ])('%s', (_, steps, end) => {
    expect(decide('submitted', ...steps)).toEqual({ action: 'end', end })
  })

  it('is not lost by two looks too close together, nor by two with a sight of it between', () => {
    expect(decide('absent', 59, 'absent').action).toBe('wait')
    expect(decide('absent', 60, 'running', 'absent').action).toBe('wait')
    // a failure in between is not a sight of it
    expect(decide('absent', 60, 'unanswered', 'absent').action).toBe('end')
  })
})

describe('a stall', () => {
  it.each<[string, (ObservationName | number)[], Action]>([
    ['is when it runs and nothing moves', ['running', 1_000], 'askToStop'],
    ['is not before its time', ['running', 999], 'none'],
    ['is when it is next and nothing begins it', ['next', 1_000], 'askToStop'],
    ['is not while others are before it', ['pending', 9_000], 'none'],
    ['is not when a message moved it', ['running', 999, 'tick', 1], 'none'],
    ['is when the host only repeats itself', ['running', 'tick', 999, 'tick', 1], 'askToStop'],
    ['is not when ticks go on', ['running', 'tick', 999, 'tock', 1], 'none'],
    ['is not when its place changed', ['next', 999, 'running', 1], 'none'],
    ['is when its place stays the same', ['running', 999, 'running', 1], 'askToStop'],
    ['is not by what others say', ['running', 999, 'others', 1], 'askToStop'],
  ])('%s', (_, steps, action) => {
    expect(decide('submitted', ...steps, 'due').action).toBe(action)
  })
})

describe('a stop', () => {
  it('is asked for again, but not before its time', () => {
    expect(decide('running', 'canceled', 49, 'canceled').action).toBe('none')
    expect(decide('running', 'canceled', 50, 'canceled').action).toBe('askToStop')
  })

  it.each<[string, (ObservationName | number)[], object]>([
    [
      'that is not obeyed ends as a stall: it may still run',
      ['running', 'canceled', 300, 'running'],
      stalled,
    ],
    [
      'of a prompt that never ran says so',
      ['next', 'canceled', 300, 'next'],
      { ...stalled, neverRan: true },
    ],
    [
      'is over in time also when the host is silent',
      ['running', 'canceled', 300, 'unanswered'],
      stalled,
    ],
    [
      'is believed to history: it was faster',
      ['running', 'canceled', 'ended'],
      { outcome: 'succeeded', promptId: PROMPT_ID, outputs: [] },
    ],
    [
      'is believed to history: it was canceled',
      ['running', 'canceled', 'interrupted'],
      { outcome: 'canceled', promptId: PROMPT_ID, outputs: [] },
    ],
    [
      'of a stall is told from a cancel',
      ['running', 1_000, 'due', 'interrupted'],
      { ...stalled, interrupted: true },
    ],
    [
      'that becomes a cancel ends as one',
      ['running', 1_000, 'due', 'canceled', 'interrupted'],
      { outcome: 'canceled', promptId: PROMPT_ID, outputs: [] },
    ],
    [
      'that was a cancel stays one',
      ['running', 'canceled', 1_000, 'due', 'absent'],
      { outcome: 'canceled', promptId: PROMPT_ID, outputs: [] },
    ],
  ])('%s', (_, steps, end) => {
    expect(decide('submitted', ...steps)).toEqual({ action: 'end', end })
  })

  it('has a time of its own when a cancel takes over from a stall', () => {
    const takenOver = ['running', 1_000, 'due', 299, 'canceled'] as const
    expect(decide(...takenOver, 299, 'running').action).toBe('wait')
    expect(decide(...takenOver, 300, 'running').action).toBe('end')
  })
})
