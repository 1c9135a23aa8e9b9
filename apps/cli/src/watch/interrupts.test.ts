/** Ctrl-C, and what comes of it. */
import { describe, expect, it } from 'vitest'
import { createTestIo } from '../testing/test-io.ts'
import { type InterruptInput, nextState, watchInterrupts } from './interrupts.ts'

function after(inputs: InterruptInput[], canAsk = true) {
  return inputs.reduce<ReturnType<typeof nextState>>(
    (state, input) => nextState(state, input, canAsk),
    'watching',
  )
}

describe('the states', () => {
  it.each<[InterruptInput[], string]>([
    [['SIGINT'], 'asking'],
    [['SIGINT', 'g'], 'watching'],
    [['SIGINT', 'g', 'SIGINT'], 'asking'],
    [['SIGINT', 'c'], 'canceling'],
    [['SIGINT', 'l'], 'left'],
    [['SIGINT', 'SIGINT'], 'left'],
    [['SIGINT', 'c', 'SIGINT'], 'left'],
    [['SIGINT', 'c', 'g', 'l'], 'canceling'],
    [['c', 'l', 'g'], 'watching'],
    [['SIGTERM'], 'left'],
    [['SIGINT', 'l', 'c', 'SIGINT'], 'left'],
  ])('%j ends in %s', (inputs, state) => {
    expect(after(inputs)).toBe(state)
  })

  it('know no question where nobody can answer', () => {
    expect(after(['SIGINT'], false)).toBe('left')
  })
})

describe('on a terminal', () => {
  function start() {
    const io = createTestIo({ isTTY: true })
    const done: string[] = []
    const stop = watchInterrupts(io, {
      ask: (question) => void done.push(question ?? 'taken away'),
      cancel: () => void done.push('cancel'),
      leave: () => void done.push('leave'),
    })
    const answered = () => new Promise((resolve) => setImmediate(resolve))
    return { io, done, stop, answered }
  }
  const QUESTION = 'Cancel, leave running, or go on? [c/l/g]'

  it('takes a single key, without Enter, and gives the keyboard back', async () => {
    const { io, done, stop, answered } = start()
    io.interrupt('SIGINT')
    expect(io.isRaw()).toBe(true)
    io.type('xC')
    await answered()
    expect(done).toEqual([QUESTION, 'taken away', 'cancel'])
    expect(io.isRaw()).toBe(false)
    stop()
    expect(io.isListening()).toBe(false)
  })

  it('takes a second Ctrl-C for leaving, as a key and as a signal', async () => {
    const first = start()
    first.io.interrupt('SIGINT')
    first.io.type('\u0003')
    await first.answered()
    const second = start()
    second.io.interrupt('SIGINT')
    second.io.interrupt('SIGINT')
    for (const { done, io } of [first, second]) {
      expect(done).toEqual([QUESTION, 'taken away', 'leave'])
      expect(io.isRaw()).toBe(false)
    }
  })

  it('takes the question away when all jobs have ended before the answer', () => {
    const { io, done, stop } = start()
    io.interrupt('SIGINT')
    stop()
    expect(done).toEqual([QUESTION, 'taken away'])
    expect(io.isRaw()).toBe(false)
  })
})
