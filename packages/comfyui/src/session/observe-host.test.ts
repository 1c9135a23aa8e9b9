import { describe, expect, it } from 'vitest'
import {
  after,
  BAD_ANSWER,
  backOff,
  decide,
  type ObservationName,
  OBSERVATIONS,
} from '../testing/observations.ts'

describe('the host', () => {
  it.each<[string, (ObservationName | number)[], object]>([
    ['is asked again, ever later', ['unanswered'], backOff(200)],
    [
      'is asked again, but not later than that',
      ['unanswered', 'unanswered', 'unanswered'],
      backOff(500),
    ],
    ['is not lost by one timeout, however long', [9_000, 'unanswered'], backOff(200)],
    [
      'is not lost by failures soon after an answer',
      [9_000, 'running', 'unanswered', 1_999, 'unanswered'],
      backOff(400),
    ],
    [
      'is not lost while its socket brings our messages',
      ['unanswered', 1_500, 'tick', 600, 'unanswered', 'unanswered'],
      backOff(400),
    ],
    ['is asked for as long as a search may take', ['search', 99, 'unanswered'], backOff(10)],
    [
      'is asked ever later in a search',
      ['search', 'unanswered', 'unanswered', 'unanswered'],
      backOff(35),
    ],
  ])('%s', (_, steps, decision) => {
    expect(decide('submitted', ...steps)).toEqual(decision)
  })

  it('is lost when it gave no useful answer for too long, in two failures at least', () => {
    expect(decide('submitted', 'running', 'unanswered', 2_000, 'unanswered')).toMatchObject({
      action: 'fail',
      error: { code: 'unreachable', cause: { code: 'timeout' } },
    })
  })

  it('is lost also by messages that are not of our prompt', () => {
    expect(decide('submitted', 'unanswered', 1_999, 'others', 1, 'unanswered').action).toBe('fail')
  })

  it('that answers what nobody can read is not called unreachable', () => {
    expect(decide('submitted', 'badAnswer', 2_000, 'badAnswer')).toEqual({
      action: 'fail',
      error: BAD_ANSWER,
    })
  })

  it('fails a search with its own error once the time is up', () => {
    const { error } = OBSERVATIONS.unanswered
    expect(decide('search', 100, 'unanswered')).toEqual({ action: 'fail', error })
  })
})

/** A look that sees it run, and one 400 ms later: as long as a socket may be silent at first. */
const SILENT: (ObservationName | number)[] = ['running', 400, 'running']
/** The second and the third socket are given twice and four times as long. */
const SILENT_TWICE: (ObservationName | number)[] = [...SILENT, 'running', 800, 'running']
const SILENT_THRICE: (ObservationName | number)[] = [...SILENT_TWICE, 'running', 1_600, 'running']

describe('a socket that brings nothing', () => {
  it.each<[string, (ObservationName | number)[], boolean]>([
    ['is opened anew', SILENT, true],
    ['is opened anew when only others are heard of for longer', ['others', ...SILENT], true],
    ['is not before its time', ['running', 399, 'running'], false],
    ['is not while the prompt waits', ['pending', 400, 'pending'], false],
    [
      'is not when the prompt was out of sight in between',
      ['running', 200, 'unanswered', 200, 'running'],
      false,
    ],
    [
      'is not when anything was received in between',
      ['running', 399, 'others', 1, 'running'],
      false,
    ],
    ['is not when there is none', ['closed', ...SILENT], false],
    [
      'is given twice the time after the first in vain',
      [...SILENT, 'running', 799, 'running'],
      false,
    ],
    ['is opened anew after twice the time', SILENT_TWICE, true],
    [
      'is given the first patience again after a message of ours',
      [...SILENT_TWICE, 'tick', ...SILENT],
      true,
    ],
    [
      'is never given more than six times the first',
      [...SILENT_THRICE, 'running', 2_400, 'running'],
      true,
    ],
  ])('%s', (_, steps, reopened) => {
    const { decision } = after('opened', 'submitted', ...steps)
    expect(decision).toMatchObject({ action: 'wait', reopen: reopened })
  })
})

describe('whether messages arrive', () => {
  it.each<[string, (ObservationName | number)[], boolean | null]>([
    ['is unknown at first', ['pending', 'others'], null],
    ['is unknown while a look is not long ago', ['running', 399, 'running'], null],
    ['is certain with a message of ours', ['running', 'tick'], false],
    ['is not certain with the hint that any new socket is given', ['running', 'hint'], null],
    ['is denied when it runs and nothing was ever heard', SILENT, true],
    ['is denied also when there is no socket', ['closed', ...SILENT], true],
    [
      'is unknown when a hint came and then silence, as of a model that loads',
      ['hint', ...SILENT_TWICE],
      null,
    ],
    ['is denied when three sockets in a row bring nothing', ['hint', ...SILENT_THRICE], true],
    ['stays certain through two silent sockets', ['tick', ...SILENT_TWICE], false],
    ['is denied again after three', ['tick', ...SILENT_THRICE], true],
    ['starts over with a message of ours', ['tick', ...SILENT_TWICE, 'tick', ...SILENT], false],
    ['turns when a deaf one hears after all', [...SILENT, 'tick'], false],
    [
      'is denied by an end that nobody heard after two looks at it',
      ['running', 'running', 'ended'],
      true,
    ],
    ['is unknown when it was too short to be heard', ['running', 'ended'], null],
    ['is not denied by the end when it was heard', ['running', 'tick', 'running', 'ended'], false],
  ])('%s', (_, steps, deaf) => {
    expect(after('opened', 'submitted', ...steps).state.deaf).toBe(deaf)
  })
})

describe('a socket', () => {
  it.each<[string, (ObservationName | number)[], object]>([
    ['is made again', ['opened', 'closed'], backOff(20)],
    ['is tried again ever later', ['refused'], backOff(40)],
    ['is tried again, but not later than that', ['refused', 'refused', 'refused'], backOff(60)],
    ['is made again soon once one was open', ['refused', 'refused', 'closed'], backOff(20)],
    [
      'is pinged again although one ping is unanswered',
      ['opened', 'pingDue', 'pingDue'],
      { action: 'ping' },
    ],
    [
      'is given up when nothing answers',
      ['opened', 'pingDue', 'pingDue', 'pingDue'],
      { action: 'terminate' },
    ],
    [
      'is alive when anything arrives',
      ['opened', 'pingDue', 'pingDue', 'alive', 'pingDue'],
      { action: 'ping' },
    ],
    [
      'begins with a clean record',
      ['opened', 'pingDue', 'pingDue', 'closed', 'opened', 'pingDue'],
      { action: 'ping' },
    ],
  ])('%s', (_, steps, decision) => {
    expect(decide(...steps)).toEqual(decision)
  })

  it('is ready from the first message on', () => {
    expect(after('opened').state.received).toBe(false)
    expect(after('opened', 'others').state.received).toBe(true)
  })
})
