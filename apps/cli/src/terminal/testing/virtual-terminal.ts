/** A terminal without glass: keeps what a person would see of what was written. */
import type { Terminal } from '../../io.ts'

export interface VirtualTerminal extends Terminal {
  columns: number
  rows: number
  /** Lines on the screen and above it, without what is empty at the end. */
  lines(): string[]
  cursorHidden(): boolean
  /** Made narrower, it wraps what it holds. */
  narrow(columns: number): void
  /** All that was written, control sequences included. */
  raw(): string
}

const SEQUENCE = /\p{Cc}\[(\??\d*)([A-Za-z])|\n|\r|[^\p{Cc}]+/gu

/** Knows what `createScreen` uses; anything else fails. */
export function createVirtualTerminal({
  columns = 80,
  rows = 24,
  isTTY = true,
} = {}): VirtualTerminal {
  let written = ''
  let lines: string[] = ['']
  let at = { row: 0, column: 0 }
  let hidden = false

  function put(text: string): void {
    for (const character of text) {
      if (at.column === self.columns) at = { row: at.row + 1, column: 0 }
      const line = (lines[at.row] ?? '').padEnd(at.column)
      lines[at.row] = line.slice(0, at.column) + character + line.slice(at.column + 1)
      at.column += 1
    }
  }

  function control(command: string, argument: string): void {
    const n = Number(argument || 1)
    if (command === 'm') return
    // frames that a terminal draws at once
    if (argument === '?2026') return
    if (command === 'A') {
      // what has left the screen cannot be reached
      at.row = Math.max(at.row - n, lines.length - self.rows, 0)
    } else if (command === 'B') at.row = Math.min(at.row + n, lines.length - 1)
    else if (command === 'G') at.column = n - 1
    else if (command === 'K' && argument === '2') lines[at.row] = ''
    else if (command === 'K') lines[at.row] = (lines[at.row] ?? '').slice(0, at.column)
    else if (command === 'J') {
      lines = lines.slice(0, at.row + 1)
      control('K', '')
    } else if (argument === '?25') hidden = command === 'l'
    else throw new Error(`a terminal knows no ${argument}${command}`)
  }

  const self: VirtualTerminal = {
    isTTY,
    columns,
    rows,
    write(text) {
      written += text
      for (const [whole, argument = '', command] of text.matchAll(SEQUENCE)) {
        if (command) control(command, argument)
        else if (whole === '\r') at.column = 0
        else if (whole === '\n') {
          at = { row: at.row + 1, column: 0 }
          lines[at.row] ??= ''
        } else put(whole)
      }
    },
    lines: () => lines.join('\n').trimEnd().split('\n'),
    cursorHidden: () => hidden,
    narrow(columns) {
      self.columns = columns
      lines = lines.flatMap((line) => line.match(new RegExp(`.{1,${columns}}`, 'gu')) ?? [''])
      at = { row: lines.length - 1, column: 0 }
    },
    raw: () => written,
  }
  return self
}
