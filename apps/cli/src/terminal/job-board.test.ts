/** Several jobs at once, as a person sees them. */
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createJobBoard } from './job-board.ts'
import { endedUpdate, queuedUpdate, runningUpdate } from './testing/updates.ts'
import { createVirtualTerminal } from './testing/virtual-terminal.ts'

const LIVE = { live: true, colors: false }
const PLAIN = { live: false, colors: false }

describe('on a terminal', () => {
  afterEach(() => void vi.useRealTimers())

  it('keeps one line per job, bars in line, and redraws by itself', () => {
    vi.useFakeTimers()
    const terminal = createVirtualTerminal({ columns: 120 })
    const board = createJobBoard(terminal, LIVE)
    board.show('a', 'lighthouse', runningUpdate())
    board.show('b', 'sea', queuedUpdate(0, 120_000))
    vi.advanceTimersByTime(5_000)
    const [first = '', second = '', ...more] = terminal.lines()
    expect(more).toEqual([])
    expect(first).toMatch(/^● lighthouse .*50%.*a few seconds left$/)
    expect(second).toMatch(/Next in line +done in about 2 min$/)
    expect(first.indexOf('█')).toBe(second.indexOf('░'))
    board.close()
  })

  it('asks under the jobs, which go on', () => {
    vi.useFakeTimers()
    const terminal = createVirtualTerminal()
    const board = createJobBoard(terminal, LIVE)
    board.show('a', 'lighthouse', runningUpdate())
    board.foot('cancel? [y/n]')
    board.show('a', 'lighthouse', runningUpdate({ value: 0.75 }))
    vi.advanceTimersByTime(100)
    expect(terminal.lines()).toEqual([expect.stringContaining('75%'), 'cancel? [y/n]'])
    board.foot(null)
    expect(terminal.lines()).toHaveLength(1)
    board.close()
  })

  it('counts what does not fit the height, what has ended first; at the end it shows all', () => {
    const terminal = createVirtualTerminal({ rows: 5 })
    const board = createJobBoard(terminal, LIVE)
    for (let n = 0; n < 4; n += 1) board.show(`end${n}`, `end ${n}`, endedUpdate())
    board.show('run', 'running', runningUpdate())
    for (let n = 0; n < 5; n += 1) board.show(`wait${n}`, `wait ${n}`, queuedUpdate(n))
    board.foot(null)
    const lines = terminal.lines()
    expect(lines).toHaveLength(4)
    expect(lines[0]).toContain('running')
    expect(lines[3]).toBe('  and 7 more: 4 complete, 3 queued')
    board.close()
    expect(terminal.lines()).toHaveLength(10)
    expect(terminal.cursorHidden()).toBe(false)
  })
})

describe('elsewhere', () => {
  it('prints a line per tenth, and none for what only changes its kind', () => {
    const terminal = createVirtualTerminal({ isTTY: false, columns: 40 })
    const board = createJobBoard(terminal, PLAIN)
    board.show('a', 'lighthouse', null)
    board.show('a', 'lighthouse', queuedUpdate(3))
    board.show('a', 'lighthouse', queuedUpdate(2))
    for (const value of [0.11, 0.12, 0.19]) board.show('a', 'x', runningUpdate({ value }))
    board.show('a', 'x', runningUpdate({ value: 0.195, kind: 'aggregate' }))
    board.show('a', 'x', runningUpdate({ value: 0.2 }))
    board.show('a', 'x', runningUpdate({ value: 1, kind: 'complete' }))
    board.show('a', 'x', endedUpdate())
    board.close()
    const lines = terminal.raw().trimEnd().split('\n')
    expect(lines.map((line) => line.match(/\d+%/)?.[0])).toEqual(['0%', '11%', '20%', '100%'])
    expect(terminal.raw()).not.toContain('\u001B')
  })

  it('says which image of a batch a job is', () => {
    const terminal = createVirtualTerminal({ isTTY: false })
    const board = createJobBoard(terminal, PLAIN)
    board.show('a', 'sea', runningUpdate({}, { metadata: { batch_index: 2, batch_count: 4 } }))
    expect(terminal.raw()).toContain('● sea · Image 2 of 4  █')
    board.close()
  })
})
