/** Several lines that are drawn over in place; where that cannot be, a line is printed when it has news. */
import { Writable } from 'node:stream'
import cliCursor from 'cli-cursor'
import { createLogUpdate } from 'log-update'
import stringWidth from 'string-width'
import type { Terminal } from '../io.ts'
import { toColumns, toRows } from './terminal.ts'

export interface ScreenLine {
  key: string
  /** May hold colours. */
  text: string
  /** What makes the line news where nothing is drawn over, e.g. every tenth percent; null: never. */
  milestone: string | null
}

export interface Screen {
  /** Replaces what is drawn. Lines must fit the width, and all of them the height. */
  draw(lines: readonly ScreenLine[]): void
  /** A line that stays, above those that are drawn. */
  print(text: string): void
  /** What is drawn stays, or `lines` in its place, which need not fit the height; the cursor is back. */
  close(lines?: readonly ScreenLine[]): void
}

/** @param live whether lines can be drawn over */
export function createScreen(terminal: Terminal, live: boolean): Screen {
  return live ? createLiveScreen(terminal) : createPlainScreen(terminal)
}

function createPlainScreen(terminal: Terminal): Screen {
  const printed = new Map<string, string>()
  const screen: Screen = {
    draw(lines) {
      for (const { key, text, milestone } of lines) {
        if (milestone === null || printed.get(key) === milestone) continue
        printed.set(key, milestone)
        terminal.write(`${text}\n`)
      }
      const there = new Set(lines.map(({ key }) => key))
      for (const key of printed.keys()) if (!there.has(key)) printed.delete(key)
    },
    print: (text) => void terminal.write(`${text}\n`),
    close(lines) {
      if (lines) screen.draw(lines)
    },
  }
  return screen
}

function createLiveScreen(terminal: Terminal): Screen {
  const stream = toStream(terminal)
  const cursor = createCursor(stream)
  // the cursor is ours: log-update would hide it on standard error, and again at every draw
  const update = createLogUpdate(stream, { showCursor: true })
  let drawn: { texts: readonly string[]; columns: number } = { texts: [], columns: 0 }

  function erase(): void {
    update.clear()
    // a terminal that was made narrower has wrapped what was drawn
    const wrapped = rowsOf(drawn.texts, toColumns(terminal)) - rowsOf(drawn.texts, drawn.columns)
    if (wrapped > 0) terminal.write(`\u001B[${wrapped}A\u001B[J`)
    drawn = { texts: [], columns: toColumns(terminal) }
  }

  function redraw(texts: readonly string[]): void {
    cursor.hide()
    if (texts.length === 0 || drawn.columns !== toColumns(terminal)) erase()
    if (texts.length > 0) update(texts.join('\n'))
    drawn = { texts, columns: toColumns(terminal) }
  }

  return {
    draw: (lines) => redraw(lines.map(({ text }) => text)),
    print(text) {
      const { texts } = drawn
      erase()
      terminal.write(`${text}\n`)
      redraw(texts)
    },
    close(lines) {
      if (lines) erase()
      for (const { text } of lines ?? []) terminal.write(`${text}\n`)
      drawn = { texts: [], columns: 0 }
      update.done()
      cursor.show()
    },
  }
}

function rowsOf(texts: readonly string[], columns: number): number {
  const rows = texts.map((text) => Math.max(1, Math.ceil(stringWidth(text) / columns)))
  return rows.reduce((sum, count) => sum + count, 0)
}

/** The terminal as log-update wants it: a stream that always knows its size. */
function toStream(terminal: Terminal): NodeJS.WritableStream {
  const stream = new Writable({
    decodeStrings: false,
    write(text: string, _encoding, done) {
      terminal.write(text)
      done()
    },
  })
  return Object.defineProperties(stream, {
    isTTY: { value: true },
    columns: { get: () => toColumns(terminal) },
    rows: { get: () => toRows(terminal) },
  })
}

interface Cursor {
  hide(): void
  show(): void
}

/** Hides the cursor, and brings it back however the process ends, short of SIGKILL. @param stream where it is hidden, if that is a terminal */
export function createCursor(stream: NodeJS.WritableStream): Cursor {
  let hidden = false
  return {
    hide() {
      if (hidden) return
      hidden = true
      cliCursor.hide(stream)
    },
    show() {
      if (!hidden) return
      hidden = false
      cliCursor.show(stream)
    },
  }
}
