/** Several lines that are drawn over in place; where that cannot be, a line is printed when it has news. */
import { createCursor } from './cursor.ts'
import type { Terminal } from './terminal.ts'
import { widthOf } from './text.ts'

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
  /** What is drawn stays; the cursor is back. */
  close(): void
}

/** @param live whether lines can be drawn over */
export function createScreen(terminal: Terminal, live: boolean): Screen {
  return live ? createLiveScreen(terminal) : createPlainScreen(terminal)
}

function createPlainScreen(terminal: Terminal): Screen {
  const told = new Map<string, string>()
  return {
    draw(lines) {
      for (const { key, text, milestone } of lines) {
        if (milestone === null || told.get(key) === milestone) continue
        told.set(key, milestone)
        terminal.write(`${text}\n`)
      }
      const there = new Set(lines.map(({ key }) => key))
      for (const key of told.keys()) if (!there.has(key)) told.delete(key)
    },
    print: (text) => void terminal.write(`${text}\n`),
    close: () => undefined,
  }
}

function createLiveScreen(terminal: Terminal): Screen {
  const cursor = createCursor(terminal)
  let drawn: string[] = []

  function redraw(above: readonly string[], lines: readonly string[]): void {
    cursor.hide()
    const rows = drawn.reduce((sum, line) => sum + rowsOf(line, terminal.columns), 0)
    const up = rows > 0 ? `\u001B[${rows}A` : ''
    // one write, each line erased only where it is drawn again: nothing flickers
    const text = [...above, ...lines].map((line) => `${line}\u001B[K\n`).join('')
    terminal.write(`${up}\r${text}\u001B[J`)
    drawn = [...lines]
  }

  return {
    draw(lines) {
      const texts = lines.map(({ text }) => text)
      if (texts.length === drawn.length && texts.every((text, n) => text === drawn[n])) return
      redraw([], texts)
    },
    print: (text) => redraw([text], drawn),
    close() {
      drawn = []
      cursor.show()
    },
  }
}

/** Everything that `paint` adds. */
const COLORS = /\p{Cc}\[\d+m/gu

/** A terminal that was made narrower has wrapped the line. */
function rowsOf(line: string, columns: number | undefined): number {
  return columns ? Math.max(1, Math.ceil(widthOf(line.replace(COLORS, '')) / columns)) : 1
}
