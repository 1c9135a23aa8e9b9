/** What a person sees of lines that are drawn over. */
import { describe, expect, it } from 'vitest'
import { createScreen } from './screen.ts'
import { createVirtualTerminal } from './testing/virtual-terminal.ts'

const lines = (...texts: string[]) =>
  texts.map((text, n) => ({ key: String(n), text, milestone: text.slice(0, 1) }))

describe('on a terminal', () => {
  it('draws in place, with what is printed above', () => {
    const terminal = createVirtualTerminal()
    const screen = createScreen(terminal, true)
    screen.draw(lines('one 0%', 'two 0%'))
    screen.draw(lines('one 50%', 'two 0%', 'three 0%'))
    screen.print('saved: one.png')
    screen.draw(lines('one 100%', 'two'))
    expect(terminal.lines()).toEqual(['saved: one.png', 'one 100%', 'two'])
    screen.print('saved: two.png')
    screen.close()
    expect(terminal.lines()).toEqual(['saved: one.png', 'saved: two.png', 'one 100%', 'two'])
  })

  it('hides the cursor while it draws, and brings it back', () => {
    const terminal = createVirtualTerminal()
    const screen = createScreen(terminal, true)
    screen.draw(lines('one'))
    expect(terminal.cursorHidden()).toBe(true)
    screen.close()
    screen.close()
    expect(terminal.cursorHidden()).toBe(false)
  })

  it('writes nothing when nothing is new', () => {
    const terminal = createVirtualTerminal()
    const screen = createScreen(terminal, true)
    screen.draw(lines('one'))
    const written = terminal.raw()
    screen.draw(lines('one'))
    expect(terminal.raw()).toBe(written)
    screen.close()
  })

  it('finds its lines again after the window was made narrower', () => {
    const terminal = createVirtualTerminal({ columns: 40 })
    const screen = createScreen(terminal, true)
    terminal.columns = 20
    screen.draw(lines('x'.repeat(39), 'y'.repeat(39)))
    screen.draw(lines('x', 'y'))
    expect(terminal.lines()).toEqual(['x', 'y'])
    screen.close()
  })
})

it('finds what a terminal has wrapped that was made narrower', () => {
  const terminal = createVirtualTerminal({ columns: 40 })
  const screen = createScreen(terminal, true)
  screen.print('above')
  screen.draw(lines('x'.repeat(39), 'y'.repeat(10), 'z'.repeat(39)))
  terminal.narrow(20)
  screen.draw(lines('x', 'y', 'z'))
  expect(terminal.lines()).toEqual(['above', 'x', 'y', 'z'])
  screen.close()
})

describe('elsewhere', () => {
  it('prints a line when it has news, and nothing that acts on a terminal', () => {
    const terminal = createVirtualTerminal({ isTTY: false })
    const screen = createScreen(terminal, false)
    screen.draw(lines('1 a', '2 a'))
    screen.draw(lines('1 b', '3 b'))
    screen.print('saved')
    screen.draw([{ key: '0', text: 'silent', milestone: null }])
    screen.close()
    expect(terminal.raw()).toBe('1 a\n2 a\n3 b\nsaved\n')
  })

  it('says again what went and came back', () => {
    const terminal = createVirtualTerminal({ isTTY: false })
    const screen = createScreen(terminal, false)
    for (const now of [lines('go on?'), [], lines('go on?')]) screen.draw(now)
    expect(terminal.raw()).toBe('go on?\ngo on?\n')
  })
})
